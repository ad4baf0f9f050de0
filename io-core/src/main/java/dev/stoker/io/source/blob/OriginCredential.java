package dev.stoker.io.source.blob;

import org.jspecify.annotations.Nullable;

/** What a configuration says of how to be known to one origin. Never printed. */
public sealed interface OriginCredential {
  /** The account's key, Base64. */
  record SharedKey(String keyBase64) implements OriginCredential {
    @Override
    public String toString() {
      return "shared key";
    }
  }

  /** A shared access signature, with or without {@code ?}. */
  record Sas(String token) implements OriginCredential {
    @Override
    public String toString() {
      return "shared access signature";
    }
  }

  /** What the portal shows as connection string. */
  record ConnectionString(String text) implements OriginCredential {
    @Override
    public String toString() {
      return "connection string";
    }
  }

  /**
   * The VM's identity.
   *
   * @param clientId which of several, or null for the only one
   */
  record ManagedIdentity(@Nullable String clientId) implements OriginCredential {}

  /** The identity that {@code AZURE_FEDERATED_TOKEN_FILE} and its neighbours describe. */
  record WorkloadIdentity() implements OriginCredential {}

  /** None, whatever the environment offers. */
  record Anonymous() implements OriginCredential {}
}
