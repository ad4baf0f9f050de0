package dev.stoker.io.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FenceTest {
  @Test
  void theTextNamesTaskAndAttempt() {
    Fence fence = new Fence("j7-12", 3);
    assertEquals("j7-12-3", fence.text());
    assertEquals(fence, Fence.parse("j7-12-3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "3", "-3", "j7", "j7-", "j7-0", "j7-03", "J7-3", "../j-3", "j/7-3", "j7--3"})
  void whatCouldLeaveItsFolderOrBeMistakenIsNoFence(String text) {
    assertThrows(IllegalArgumentException.class, () -> Fence.parse(text));
  }

  @Test
  void aFenceThatABlockIdCannotHoldIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Fence("a".repeat(23), 1));
    assertEquals(24, new Fence("a".repeat(22), 1).text().length());
  }
}
