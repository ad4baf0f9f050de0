package dev.stoker.controller.dispatch;

import java.util.regex.Pattern;

/** Finds credentials where none may be: the queue is readable by more people than a secret. */
final class Credentials {
  /** A shared access signature, an account key, or a user's password before the host. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)([?&;](?:sig|sv|se|sp|sr|skoid|token|access_token|password)=[^&\\s'\"]*)"
              + "|((?:AccountKey|SharedAccessSignature)=[^;\\s'\"]*)"
              + "|(?<=://)([^/\\s@'\"]+@)");

  private Credentials() {}

  /**
   * @throws Refusal when a text carries a credential, without repeating it
   */
  static void refuse(String field, String text) {
    if (SECRET.matcher(text).find()) {
      throw Refusal.invalid(
          field
              + " carries a credential; leave it out and give it to the nodes in 'origins' of their"
              + " stoker.yaml, since whoever sees the job would see it.");
    }
  }

  /** The text with what looks like a credential blotted out. */
  static String hidden(String text) {
    return SECRET.matcher(text).replaceAll("***");
  }
}
