/**
 * An HTTP/1.1 server on Netty that knows nothing of jobs: connections within limits, bodies that
 * are read when somebody asks for them, calls that are parked without a thread, answers that are
 * streamed. Entered through {@link dev.stoker.controller.http.HttpServer}. Event loops read and
 * write; a {@link dev.stoker.controller.http.Handler} runs on a virtual thread and may wait.
 * Invariant: every connection is owned by one event loop, has one request in work at most, and
 * always has a deadline or somebody who works for it.
 */
@NullMarked
package dev.stoker.controller.http;

import org.jspecify.annotations.NullMarked;
