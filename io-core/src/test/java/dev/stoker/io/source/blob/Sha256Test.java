package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
  @Test
  void itIsWhatTheJdkComputesForTextsOfEveryLength() throws Exception {
    MessageDigest jdk = MessageDigest.getInstance("SHA-256");
    Random random = new Random(2);
    for (int length = 0; length < 1000; length++) {
      byte[] text = new byte[length];
      random.nextBytes(text);
      assertArrayEquals(
          jdk.digest(text), Sha256.end(Sha256.begin(), text, 0), "of " + length + " bytes");
    }
  }

  @Test
  void blocksMayBeTakenBefore() throws Exception {
    Random random = new Random(3);
    byte[] text = new byte[5 * Sha256.BLOCK_BYTES + 17];
    random.nextBytes(text);
    int[] state = Sha256.begin();
    for (int block = 0; block < 5; block++) {
      Sha256.take(state, text, block * Sha256.BLOCK_BYTES);
    }
    byte[] rest = new byte[17];
    System.arraycopy(text, 5 * Sha256.BLOCK_BYTES, rest, 0, rest.length);
    assertArrayEquals(
        MessageDigest.getInstance("SHA-256").digest(text),
        Sha256.end(state, rest, 5L * Sha256.BLOCK_BYTES));
  }
}
