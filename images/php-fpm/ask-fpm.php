<?php
/*
 * ask-fpm URI [SCRIPT [COOKIE]]: what the server on port 9000 answers, headers and all. Exits 1 for an answer of
 * 400 and above, 2 for none. Source: FastCGI Specification 1.0.
 */
[, $uri, $script, $cookie] = $argv + [1 => '/ping', 2 => $argv[1] ?? '/ping', 3 => ''];
$record = fn (int $type, string $bytes) => pack('CCnnCx', 1, $type, 1, strlen($bytes), 0) . $bytes;
$size = fn (string $s) => strlen($s) < 128 ? chr(strlen($s)) : pack('N', strlen($s) | 1 << 31);
$params = '';
foreach (['REQUEST_METHOD' => 'GET', 'SCRIPT_FILENAME' => $script, 'SCRIPT_NAME' => strtok($uri, '?'),
	'REQUEST_URI' => $uri, 'QUERY_STRING' => (string)parse_url($uri, PHP_URL_QUERY), 'HTTP_COOKIE' => $cookie,
	'SERVER_PROTOCOL' => 'HTTP/1.1', 'GATEWAY_INTERFACE' => 'CGI/1.1'] as $name => $value)
	$params .= $size($name) . $size($value) . $name . $value;

$server = @stream_socket_client('tcp://127.0.0.1:9000', $code, $why, 2);
if (!$server) {
	fwrite(STDERR, "ask-fpm: $why\n");
	exit(2);
}
stream_set_timeout($server, 10);
/* 1: begin as responder; 4: parameters; 5: standard input; each stream ends with an empty record */
fwrite($server, $record(1, pack('nCx5', 1, 0)) . $record(4, $params) . $record(4, '') . $record(5, ''));

$answer = '';
do {
	$head = stream_get_contents($server, 8);
	if (strlen((string)$head) < 8)
		exit(2);
	['type' => $type, 'size' => $n, 'pad' => $pad] = unpack('Cversion/Ctype/nid/nsize/Cpad', $head);
	$bytes = $n ? stream_get_contents($server, $n) : '';
	if ($pad)
		stream_get_contents($server, $pad);
	if ($type == 6)
		$answer .= $bytes;
	if ($type == 7)
		fwrite(STDERR, $bytes);
} while ($type != 3);
[$headers, $body] = explode("\r\n\r\n", $answer, 2) + [1 => ''];
echo $uri == '/ping' ? $body : $answer;
exit(preg_match('/^Status: [45]/mi', $headers) || $answer === '' ? 1 : 0);
