package dev.stoker.controller.protocol;

/**
 * {@code POST /v1/leases/{id}/log}: the next piece of an attempt's log; and {@code GET
 * /v1/jobs/{id}/tasks/{task}/log?attempt=&offset=}, which reads it back.
 *
 * @param attempt the attempt
 * @param offset where in the log the text starts, in UTF-8 bytes; a piece that was already stored
 *     is acknowledged again
 * @param text whole lines
 */
public record LogChunk(int attempt, long offset, String text) {}
