package dev.stoker.controller.protocol;

/**
 * The body of every answer that is not 2xx.
 *
 * @param error one sentence that says what was wrong and what is allowed
 */
public record Failure(String error) {}
