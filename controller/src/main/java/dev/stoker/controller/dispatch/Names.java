package dev.stoker.controller.dispatch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Makes names that nobody can guess or has used before. */
public final class Names {
  /** No vowels, so no words; no l, so no 1. */
  private static final String LETTERS = "bcdfghjkmnpqrstvwxz0123456789";

  private static final SecureRandom RANDOM = new SecureRandom();

  private Names() {}

  /** A letter and so many random letters and digits. */
  static String random(char first, int length) {
    var name = new StringBuilder().append(first);
    while (name.length() < length) {
      name.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return name.toString();
  }

  /** A bearer token of 256 bits. */
  public static String token() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What is stored of a token: it has 256 bits, so a plain hash cannot be reversed by guessing. */
  public static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
