# SOAP::Lite against server.php: perl client.pl URL
use strict;
use warnings;
use SOAP::Lite;

my ($url) = @ARGV;

sub check {
    my ($found, $expected, $what) = @_;
    $found = '' unless defined $found;
    die "$what: '$found' is not '$expected'\n" unless $found eq $expected;
}

my $named = sub { SOAP::Data->name(@_) };
for my $version ('1.1', '1.2') {
    # The version is one for all objects, and the one that changes it still reads the other.
    SOAP::Lite->new(soapversion => $version);
    my $api = SOAP::Lite->new(soapversion => $version)->proxy($url)->uri('urn:names');
    my $poll = $api->call('poll.vote', $named->(question => 'Tea?'), $named->(option => 'a'))->result;
    check("$poll->{question} $poll->{votes}{a}", 'Tea? 1', "$version poll.vote");
    check($api->call('shop.cart.vote', 3)->result, '***', "$version shop.cart.vote");
    check($api->call('shop.cart.count', $named->(items => ['a', 'b']))->result, 2, "$version shop.cart.count");
    check($api->call('reverse', 'abc')->result, 'cba', "$version reverse");
}
SOAP::Lite->new(soapversion => '1.1');
my $from_wsdl = SOAP::Lite->new(soapversion => '1.1')->service("$url?wsdl");
my $dotted = 'shop.cart.vote';
check(scalar $from_wsdl->$dotted(2), '**', 'from the WSDL');
check(scalar $from_wsdl->reverse('ab'), 'ba', 'from the WSDL');
print "ok\n";
