package dev.stoker.agent.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DirectiveTest {

  @Test
  void eachKindIsRead() {
    assertReads(new Directive.Progress(12.5), "openjd_progress: 12.5");
    assertReads(new Directive.Status("loading assets"), "openjd_status: loading assets");
    assertReads(new Directive.Fail("no licence"), "openjd_fail: no licence");
    assertReads(new Directive.SetVariable("A", "b=c"), "openjd_env: A=b=c");
    assertReads(new Directive.SetVariable("A", "1\n2"), "openjd_env: \"A=1\\n2\"");
    assertReads(new Directive.RedactedVariable("K", ""), "openjd_redacted_env: K=");
    assertReads(new Directive.UnsetVariable("A"), "openjd_unset_env: A");
    assertReads(
        new Directive.ShowFrom(Directive.Level.ERROR), "openjd_session_runtime_loglevel: ERROR");
  }

  @Test
  void aSlipThatWouldChangeVariablesIsNamed() {
    assertReads(
        new Directive.Malformed("openjd_env is not followed by NAME=VALUE"), "openjd_env: 1A=x");
    assertReads(
        new Directive.Malformed("openjd_unset_env names no variable"), "openjd_unset_env: A B");
    assertReads(
        new Directive.Malformed(
            "a line starts like openjd_env but is not 'openjd_env: NAME=VALUE'"),
        "openjd_ENV:A=b");
  }

  @Test
  void otherLinesAreOutput() {
    for (String line :
        new String[] {
          "",
          "openjd_progress: 101",
          "openjd_progress: x",
          " openjd_env: A=b",
          "openjd_environment",
          "openjd_x: y"
        }) {
      assertEquals(Optional.empty(), Directive.parse(line), line);
    }
  }

  private static void assertReads(Directive expected, String line) {
    assertEquals(Optional.of(expected), Directive.parse(line));
  }
}
