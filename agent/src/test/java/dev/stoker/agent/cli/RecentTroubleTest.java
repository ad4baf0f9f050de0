package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.observe.Warning;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentTroubleTest {
  private static final System.Logger LOG = System.getLogger(RecentTroubleTest.class.getName());

  @Test
  void theLastTwentyWarningsAreKeptAndNothingMilder() {
    try (RecentTrouble trouble = RecentTrouble.listen()) {
      LOG.log(System.Logger.Level.INFO, "All is well with {0}.", "me");
      for (int i = 1; i <= 25; i++) {
        LOG.log(System.Logger.Level.WARNING, "Disk {0} is full.", "d" + i);
      }
      List<String> texts = trouble.lines().stream().map(Warning::text).toList();
      assertEquals("Disk d25 is full.", texts.getFirst());
      assertEquals(20, texts.size());
      assertTrue(texts.contains("Disk d6 is full."));
      assertFalse(texts.contains("All is well with me."));
    }
  }
}
