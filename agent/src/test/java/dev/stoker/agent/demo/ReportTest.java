package dev.stoker.agent.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.demo.RunRecord.Frame;
import dev.stoker.agent.demo.RunRecord.Span;
import dev.stoker.agent.demo.RunRecord.Stage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
  @TempDir Path folder;

  private RunRecord record(int count) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      Path file = folder.resolve("frame_%04d.png".formatted(i));
      ImageIO.write(new BufferedImage(640, 360, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
      long start = 1_000_000L + i * 2_000L;
      frames.add(
          new Frame(
              i,
              file,
              "a<b",
              1,
              List.of(
                  new Span(Stage.FETCH, start, start + 500),
                  new Span(Stage.RENDER, start + 500, start + 1_900),
                  new Span(Stage.PUBLISH, start + 1_900, start + 2_000)),
              i == 1 ? 1 << 20 : 0,
              i == 1 ? 0 : 1 << 20,
              1_000));
    }
    return new RunRecord("Blender 3.4.1", 9, 1 << 20, 1 << 20, 10, 12_345, frames);
  }

  @Test
  void everySpanIsABarAndEveryFrameARowAndAPicture() throws IOException {
    Path page = folder.resolve("report.html");
    Report.write(record(4), page);
    String html = Files.readString(page);
    assertEquals(4, html.split("class='render'", -1).length - 1);
    assertEquals(4, html.split("data:image/jpeg", -1).length - 1);
    assertTrue(html.contains("render: 1.40 s"));
    assertTrue(html.contains("75 %"), "Three of four frames found the scene on the node.");
    assertTrue(html.contains("a&lt;b"));
    assertFalse(html.contains("@ROWS@"));
    assertFalse(html.contains("http://"), "The report must need nothing beside it.");
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 2, 1", "4, 2, 2", "8, 4, 2", "9, 4, 3", "48, 6, 8"})
  void theContactSheetHoldsEveryFrame(int frames, int columns, int rows) throws IOException {
    Path sheet = folder.resolve("sheet.png");
    ContactSheet.write(record(frames).frames().stream().map(Frame::file).toList(), sheet);
    BufferedImage image = ContactSheet.read(sheet);
    assertEquals(12 + columns * (480 + 12), image.getWidth());
    assertEquals(12 + rows * (270 + 12), image.getHeight());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1-240:239", "8, 1-239:34", "240, 1-240:1"})
  void framesSpreadOverTheWholeShot(int frames, String range) {
    assertEquals(range, DemoJob.frameRange(frames));
  }

  @Test
  void barsAreDrawnOverEachOther() {
    StringWriter text = new StringWriter();
    ProgressBars bars = new ProgressBars(new PrintWriter(text), () -> 0);
    bars.show(new JobSnapshot(50, 100, 0, 2, 0, 0, ""));
    bars.show(new JobSnapshot(100, 100, 2, 2, 0, 0, ""));
    assertTrue(text.toString().contains("\u001B[3A"), text::toString);
    assertTrue(text.toString().contains("2 of 2"), text::toString);
  }

  @Test
  void linesSayEachThingOnce() {
    StringWriter text = new StringWriter();
    ProgressLines lines = new ProgressLines(new PrintWriter(text));
    for (int i = 0; i < 3; i++) {
      lines.show(new JobSnapshot(1 << 20, 1 << 20, 1, 2, 7, 0.5, "frame 7, sample 1 of 2"));
    }
    assertEquals(
        List.of("Prefetched 1.0 MiB.", "Frames: 1 of 2.", "Rendering: frame 7, sample 1 of 2."),
        text.toString().lines().toList());
  }
}
