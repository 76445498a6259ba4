# RPC::XML against the poll API: perl rpc_xml.pl URL
use strict;
use warnings;
use utf8;

use RPC::XML;
use RPC::XML::Client;

my $url = shift;
my $question = 'What framework do you prefer?';
$RPC::XML::ENCODING = 'utf-8';
my $client = RPC::XML::Client->new($url, error_handler => sub { die "transport: $_[0]\n" });

sub value { my $answer = $client->send_request(@_); return $answer->value }
sub fault { my $answer = $client->send_request(@_); return $answer->is_fault ? $answer->code : 'no fault' }
sub check { my ($name, $found, $expected) = @_; die "$name: $found, not $expected\n" if $found ne $expected }

my $polls = value('poll.getAllPolls');
check('polls', join(' | ', map { "$_: $polls->{$question}{$_}" } sort keys %{$polls->{$question}}),
    'a: Zend Framework | b: Symphony | c: I just write code');
check('questions', join(' | ', @{value('poll.getAllQuestions')}), $question);
check('vote', value('poll.vote', $question, 'a', 'perl')->{a}, 1);
check('create', value('poll.create', 'Perl?', RPC::XML::array->new(map { RPC::XML::string->new($_) } 'yes', '5')), 1);
check('created', value('poll.getAllPolls')->{'Perl?'}{b}, '5');

check('unknown method', fault('poll.none'), -32601);
check('wrong arguments', fault('poll.vote', $question), -32602);
check('wrong type', fault('poll.vote', $question, 'a', RPC::XML::int->new(5)), -32602);
check('voted', fault('poll.vote', $question, 'a', 'perl'), 3);
check('date', fault('poll.results', RPC::XML::datetime_iso8601->new('20090801T12:00:00')), -32602);
check('i8', fault('poll.results', RPC::XML::i8->new('9007199254740993')), -32602);

my $several = value('system.multicall', [
    { methodName => 'poll.getAllQuestions', params => [] },
    { methodName => 'poll.none', params => [] },
]);
check('multicall', $several->[0][0][0], $question);
check('fault in multicall', $several->[1]{faultCode}, -32601);
check('help', value('system.methodHelp', 'poll.getAllPolls'), 'Retrieve all polls');
check('signature', join(',', @{value('system.methodSignature', 'poll.vote')->[0]}), 'struct,string,string,string');
