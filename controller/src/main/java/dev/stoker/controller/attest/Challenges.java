package dev.stoker.controller.attest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Challenges that nobody has to remember: each carries its time and a code (HMAC-SHA256) that only
 * the controllers of one database can make, and its nonce follows from it. So strangers who ask for
 * challenges cost no storage, and whichever controller gets the answer knows the question.
 * Thread-safe.
 */
final class Challenges {
  /** The metadata service answers in seconds. */
  static final Duration LIFE = Duration.ofMinutes(5);

  private static final int ID_BYTES = 16;

  /** The documented form of a nonce: ten digits. */
  private static final long NONCES = 10_000_000_000L;

  private static final int LONGEST = 200;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final SecretKeySpec key;
  private final LongSupplier wallMillis;

  /**
   * @param secret shared by the controllers that may get each other's answers
   */
  Challenges(String secret, LongSupplier wallMillis) {
    key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    this.wallMillis = wallMillis;
  }

  /**
   * A challenge.
   *
   * @param text what goes out and comes back
   * @param id names it
   * @param nonce ten digits
   * @param issuedMillis milliseconds since 1970
   */
  record Challenge(String text, String id, String nonce, long issuedMillis) {}

  Challenge issue() {
    byte[] bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return challenge(TEXT.encodeToString(bytes), wallMillis.getAsLong());
  }

  /**
   * @throws Refused when it is none of ours, or too old
   */
  Challenge check(String text) {
    String[] parts = text.length() > LONGEST ? new String[0] : text.split("\\.", -1);
    if (parts.length != 3 || !parts[1].matches("[0-9]{1,15}")) {
      throw notOurs();
    }
    Challenge ours = challenge(parts[0], Long.parseLong(parts[1]));
    if (!MessageDigest.isEqual(
        ours.text().getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8))) {
      throw notOurs();
    }
    if (wallMillis.getAsLong() > ours.issuedMillis() + LIFE.toMillis()) {
      throw Refused.stale(
          "The challenge is older than " + LIFE.toMinutes() + " minutes; ask for a new one.");
    }
    return ours;
  }

  private static Refused notOurs() {
    return Refused.stale("The challenge is none of this controller's; ask for a new one.");
  }

  private Challenge challenge(String id, long issuedMillis) {
    String said = id + "." + issuedMillis;
    long number = ByteBuffer.wrap(mac("nonce " + said)).getLong();
    String nonce = "%010d".formatted(Long.remainderUnsigned(number, NONCES));
    return new Challenge(
        said + "." + TEXT.encodeToString(mac("challenge " + said)), id, nonce, issuedMillis);
  }

  private byte[] mac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has HmacSHA256.", e);
    }
  }
}
