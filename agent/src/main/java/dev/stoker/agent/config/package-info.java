/**
 * What the operator wants: {@code stoker.yaml}, the environment and the command line, read once at
 * start and handed on as values. Commands ask {@link dev.stoker.agent.config.Settings}; nobody else
 * reads the environment or the file. A flag wins over a {@code STOKER_*} variable, which wins over
 * the file, and a key that nothing reads is refused by name.
 */
@NullMarked
package dev.stoker.agent.config;

import org.jspecify.annotations.NullMarked;
