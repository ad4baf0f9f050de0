package dev.stoker.io.source.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

final class HmacSha256Test {
  @Test
  void rfc4231GivesTheseForItsFirstCase() {
    byte[] key = HexFormat.of().parseHex("0b".repeat(20));
    assertEquals(
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        HexFormat.of()
            .formatHex(new HmacSha256(key).of("Hi There".getBytes(StandardCharsets.US_ASCII))));
  }

  @Test
  void itIsWhatTheJdkComputes() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      byte[] key = new byte[1 + random.nextInt(150)];
      byte[] message = new byte[random.nextInt(300)];
      random.nextBytes(key);
      random.nextBytes(message);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      HmacSha256 ours = new HmacSha256(key);
      assertArrayEquals(mac.doFinal(message), ours.of(message));
      assertArrayEquals(mac.doFinal(message), ours.of(message));
    }
    assertThrows(IllegalArgumentException.class, () -> new HmacSha256(new byte[0]));
  }
}
