#!/usr/bin/perl
# An ESME made of Net::SMPP: perl esme.pl PORT SYSTEM_ID PASSWORD
# Commands are lines of JSON on standard input, answers lines on standard
# output:
#
#	{"do":"submit","to":"15550200001","hex":"6869", ...}	the answer
#	{"do":"query","id":"..."}  {"do":"cancel","id":"..."}
#	{"do":"replace","id":"...","hex":"78"}
#	{"do":"alive"}		enquire_link
#	{"do":"next"}		the next deliver_sm, acknowledged
#	{"do":"unbind"}
use strict;
use warnings;
use JSON::PP;
use Net::SMPP;

my ($port, $system_id, $password) = @ARGV;
my $json = JSON::PP->new->canonical;
my @waiting;
$| = 1;

my ($smpp, $bound) = Net::SMPP->new_transceiver('127.0.0.1', port => $port,
	system_id => $system_id, password => $password);
die "no connection\n" unless $smpp;

sub told {
	my ($pdu) = @_;
	return { error => 'closed' } unless $pdu;
	my %out = (command => $pdu->{cmd}, status => $pdu->{status});
	for my $name (qw(message_id message_state final_date esm_class
		data_coding source_addr destination_addr)) {
		$out{$name} = $pdu->{$name} if defined $pdu->{$name};
	}
	$out{hex} = unpack 'H*', $pdu->{short_message}
		if defined $pdu->{short_message};
	return \%out;
}

# Waits for the answer of that sequence number; what comes meanwhile is kept.
sub answer_to {
	my ($seq) = @_;
	while (my $pdu = $smpp->read_pdu()) {
		return told($pdu) if $pdu->{seq} == $seq
			&& $pdu->{cmd} & 0x80000000;
		came($pdu);
	}
	return { error => 'closed' };
}

sub came {
	my ($pdu) = @_;
	if ($pdu->{cmd} == 0x15) {
		$smpp->enquire_link_resp(seq => $pdu->{seq});
	} elsif ($pdu->{cmd} == 5) {
		$smpp->deliver_sm_resp(message_id => '', seq => $pdu->{seq});
		push @waiting, told($pdu);
	}
}

my %verbs = (
	submit => sub {
		my ($q) = @_;
		return $smpp->submit_sm(async => 1, source_addr_ton => 3,
			source_addr => '22222', dest_addr_ton => 1,
			dest_addr_npi => 1, destination_addr => $q->{to},
			data_coding => $q->{data_coding} || 0,
			esm_class => $q->{esm_class} || 0,
			registered_delivery => $q->{registered} || 0,
			short_message => pack('H*', $q->{hex}));
	},
	query => sub {
		return $smpp->query_sm(async => 1, message_id => $_[0]{id},
			source_addr_ton => 3, source_addr => '22222');
	},
	cancel => sub {
		return $smpp->cancel_sm(async => 1, message_id => $_[0]{id},
			source_addr_ton => 3, source_addr => '22222',
			destination_addr => '');
	},
	replace => sub {
		return $smpp->replace_sm(async => 1, message_id => $_[0]{id},
			source_addr_ton => 3, source_addr => '22222',
			registered_delivery => 0,
			short_message => pack('H*', $_[0]{hex}));
	},
	alive => sub { return $smpp->enquire_link(async => 1) },
	unbind => sub { return $smpp->unbind(async => 1) },
);

print $json->encode(told($bound)), "\n";
while (my $line = <STDIN>) {
	my $q = $json->decode($line);
	my $out;
	if ($q->{do} eq 'next') {
		until (@waiting) {
			my $pdu = $smpp->read_pdu() or last;
			came($pdu);
		}
		$out = shift @waiting || { error => 'closed' };
	} else {
		$out = answer_to($verbs{$q->{do}}->($q));
	}
	print $json->encode($out), "\n";
}
