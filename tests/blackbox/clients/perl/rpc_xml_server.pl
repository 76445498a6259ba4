# An XML-RPC server of RPC::XML: perl rpc_xml_server.pl. Says its port on stderr.
use strict;
use warnings;

use RPC::XML;
use RPC::XML::Server;

$RPC::XML::ENCODING = 'utf-8';
$RPC::XML::ALLOW_NIL = 1;
my $server = RPC::XML::Server->new(host => '127.0.0.1', port => 0, no_default => 0);
ref $server or die "$server\n";
my %methods = (
    sum => sub { my (undef, $a, $b) = @_; return $a + $b },
    echo => sub { my (undef, $value) = @_; return $value },
    fail => sub { return RPC::XML::fault->new(17, 'on purpose') },
);
for my $name (keys %methods) {
    $server->add_method({ name => $name, signature => ['int int int', 'struct struct', 'array array', 'string string', 'int'], code => $methods{$name} });
}
print STDERR 'listening on ', $server->port, "\n";
$server->server_loop;
