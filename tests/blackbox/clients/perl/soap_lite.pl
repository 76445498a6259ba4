# SOAP::Lite against tests/phpt/rpc-soap/types.inc: perl soap_lite.pl URL. It speaks rpc/encoded, whatever a WSDL says.
use strict;
use warnings;
use SOAP::Lite;

my ($url) = @ARGV;

sub check {
    my ($found, $expected, $what) = @_;
    $found = '' unless defined $found;
    die "$what: '$found' is not '$expected'\n" unless $found eq $expected;
}

my $api = SOAP::Lite->new(soapversion => '1.1')->proxy($url)->uri('urn:test');
my $named = sub { SOAP::Data->name(@_) };
check($api->call('add', $named->(a => 1), $named->(b => 5))->result, 6, 'by name');
check($api->call('add', 1, 5)->result, 6, 'by position');
check($api->call('text', $named->(s => '42'))->result, '42', 'a text that looks like a number');
check($api->call('either', $named->(v => 42))->result, 'integer 42', 'a number');
my $point = $api->call('point', $named->(p => { x => 1, label => '<&>' }))->result;
check(join(',', map { "$_=$point->{$_}" } sort keys %$point), 'label=<&>,x=2,y=1', 'an object');
my $points = $api->call('points', $named->(ps => [{ x => 1 }, { x => 2 }]))->result;
check(join(',', map { $_->{x} } @$points), '1,2', 'a list of objects');
my $map = $api->call('map', $named->(m => { a => 1, b => 2 }))->result;
check(join(',', map { "$_=$map->{$_}" } sort keys %$map), 'a=1,b=2', 'a map');
my $any = $api->call('any', $named->(v => { a => [1, 'x', undef], b => 1.5 }))->result;
check(join(',', map { defined $_ ? $_ : 'undef' } @{ $any->{a} }, $any->{b}), '1,x,undef,1.5', 'anything');
check($api->call('when', $named->(d => '2026-11-23T10:20:30Z'))->result, '2026-11-23T10:20:30Z', 'a date');
check($api->call('bytes', $named->(b => "\x01\xff"))->result, "\xff\x01", 'bytes');
my $closed = $api->call('closed');
check($closed->faultcode, 'soap:Server', 'whose fault it is');
check($closed->faultstring, 'the poll is <closed>', 'the text of a fault');
check($closed->faultdetail->{Closed}{code}, 42, 'the code of a fault');
my $wrong = $api->call('add', $named->(a => 'x'));
check($wrong->faultdetail->{Fault}{pointer}, '/params/a', 'where an argument is wrong');
$api->call('note', $named->(s => 'SOAP::Lite'));
check($api->transport->status, '202 Accepted', 'one way');

# The version is one for all objects, and the one that changes it still reads the other.
SOAP::Lite->new(soapversion => '1.2');
my $of12 = SOAP::Lite->new(soapversion => '1.2')->proxy($url)->uri('urn:test');
check(scalar $of12->call('add', $named->(a => 1), $named->(b => 5))->result, 6, 'SOAP 1.2');

my $from_wsdl = SOAP::Lite->service("$url?wsdl");
check(scalar $from_wsdl->add(1, 5), 6, 'from the WSDL');
check(scalar $from_wsdl->text('text'), 'text', 'from the WSDL');
print "ok\n";
