/**
 * The wire records that controller, agent and command line share, as JSON over HTTP/1.1. {@code
 * docs/protocol.md} says for every call each status code and what the caller does on it. Values
 * only; fields are added, never changed; unknown ones are ignored.
 */
@NullMarked
package dev.stoker.controller.protocol;

import org.jspecify.annotations.NullMarked;
