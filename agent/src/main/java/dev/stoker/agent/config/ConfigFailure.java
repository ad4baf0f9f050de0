package dev.stoker.agent.config;

/**
 * Configuration that cannot be used. The message is one sentence naming file, key and what is
 * allowed.
 */
public final class ConfigFailure extends RuntimeException {
  public ConfigFailure(String message) {
    super(message);
  }
}
