package dev.stoker.controller.dispatch;

import dev.stoker.controller.store.TokenRow;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The tokens that were given out, by their hash. Thread-safe; changed after the store was. */
final class Keyring {
  private final Map<String, TokenRow> byHash = new ConcurrentHashMap<>();

  void clear() {
    byHash.clear();
  }

  void put(TokenRow token) {
    byHash.put(token.tokenHash(), token);
  }

  @Nullable TokenRow find(String hash) {
    return byHash.get(hash);
  }
}
