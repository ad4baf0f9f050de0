/**
 * Connections. One door, {@link dev.stoker.io.net.HttpTransport}: HTTP/1.1 over pooled keep-alive
 * connections on Netty's event loops, for small calls and for ranges that go from the socket
 * straight into the caller's buffer or, past all memory of ours, where a {@link
 * dev.stoker.io.net.SpliceTarget} takes them. Knows neither retries nor credentials. Every call
 * ends by its deadline, and no byte that a peer sends is ever written outside the buffer that was
 * meant for it.
 */
@NullMarked
package dev.stoker.io.net;

import org.jspecify.annotations.NullMarked;
