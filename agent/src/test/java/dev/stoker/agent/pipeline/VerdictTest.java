package dev.stoker.agent.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.agent.profile.RendererEvent.Trouble;
import dev.stoker.agent.session.ActionResult;
import dev.stoker.agent.session.ActionResult.Outcome;
import dev.stoker.controller.protocol.Finish.Cause;
import dev.stoker.controller.protocol.Finish.Retry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final ActionResult WELL = new ActionResult(Outcome.SUCCEEDED, 0, "", false);
  private static final Trouble NO_LICENCE =
      new Trouble(Cause.LICENCE_REFUSED, "no licence", null, false);

  private static ActionResult ended(int code) {
    return new ActionResult(Outcome.FAILED, code, "exited with code " + code, false);
  }

  private static Cause cause(ActionResult result, boolean memoryKilled, RendererWord said) {
    return Verdict.of(result, memoryKilled, said).orElseThrow().cause();
  }

  private static RendererWord said(RendererWord.@Nullable Fault fault, @Nullable Trouble trouble) {
    return new RendererWord(fault, trouble, code -> Optional.empty());
  }

  @Test
  void anEndIsToldByTheSurestSign() {
    assertEquals(Optional.empty(), Verdict.of(WELL, false, RendererWord.NOTHING));
    assertEquals(Cause.FAILED, cause(ended(1), false, RendererWord.NOTHING));
    assertEquals(Cause.KILLED, cause(ended(139), false, RendererWord.NOTHING));
    assertEquals(Cause.OUT_OF_MEMORY, cause(ended(137), true, said(null, NO_LICENCE)));
    assertEquals(Cause.LICENCE_REFUSED, cause(ended(1), false, said(null, NO_LICENCE)));
    assertEquals(
        Cause.TIMED_OUT,
        cause(
            new ActionResult(Outcome.TIMED_OUT, 143, "took longer", false),
            false,
            RendererWord.NOTHING));
    assertEquals(
        Cause.NODE_FAULT,
        cause(
            new ActionResult(Outcome.FAILED, 1, "the disk is full", true),
            false,
            said(null, NO_LICENCE)));
  }

  @Test
  void aLicenceThatWasHadInTheEndIsNoFailure() {
    assertEquals(Optional.empty(), Verdict.of(WELL, false, said(null, NO_LICENCE)));
    Trouble watermark = new Trouble(Cause.LICENCE_REFUSED, "a watermark", null, true);
    assertEquals(Cause.LICENCE_REFUSED, cause(WELL, false, said(null, watermark)));
  }

  @Test
  void aFrameWithoutItsInputsFailsWhateverItsExitCode() {
    RendererWord.Fault missing = new RendererWord.Fault(Cause.ASSET_MISSING, "It lacks a texture.");
    Failure failure = Verdict.of(WELL, false, said(missing, null)).orElseThrow();
    assertEquals(new Failure(Cause.ASSET_MISSING, null, 0, "It lacks a texture."), failure);
  }

  @Test
  void aProfileSaysWhatAnExitCodeMeansAndWhetherAnotherNodeMaySucceed() {
    RendererWord word =
        new RendererWord(
            null,
            null,
            code ->
                code == 3
                    ? Optional.of(new Trouble(Cause.FAILED, "no GPU", Retry.ELSEWHERE, false))
                    : Optional.empty());
    Failure failure = Verdict.of(ended(3), false, word).orElseThrow();
    assertEquals("The task's command exited with code 3: no GPU.", failure.sentence());
    assertEquals(true, failure.elsewhere());
    assertEquals(false, Verdict.of(ended(4), false, word).orElseThrow().elsewhere());
  }
}
