package dev.stoker.controller.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.dispatch.Prices;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Leasing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pictures of the page for people to look at: {@code -Dstoker.screenshots=FOLDER} says where they
 * go, else below {@code target}. Nothing is compared; {@link PageTest} holds what the page does.
 */
@Tag("nightly")
class ScreenshotTest {
  private static final Path OUT =
      Path.of(System.getProperty("stoker.screenshots", "target/screenshots"));

  @TempDir Path folder;

  @Test
  void everyPageInBothColoursAndOnAPhone() throws Exception {
    var prices =
        new Prices(
            "USD",
            Map.of("Standard_HB120rs_v3", 3.6, "Standard_NV36ads_A10_v5", 3.2),
            Map.of("Standard_HB120rs_v3", 0.9));
    try (var server =
            ControllerServer.start(ControllerSettings.loopback(folder, 0).withPrices(prices));
        var farm = new StagedFarm(server.url(), null, null);
        var chromium = new Chromium()) {
      AtomicBoolean ended = new AtomicBoolean();
      Scene scene = Scene.set(farm);
      Thread beats =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!ended.get()) {
                      farm.beat();
                      try {
                        Thread.sleep(2_000);
                      } catch (InterruptedException e) {
                        return;
                      }
                    }
                  });
      String url = server.url().toString();
      for (var colours : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
        shoot(chromium.browser(), url, scene, colours, 1440, 900, "desktop");
      }
      shoot(chromium.browser(), url, scene, ColorScheme.DARK, 390, 844, "phone");
      ended.set(true);
      beats.interrupt();
      beats.join();
    }
  }

  private static void shoot(
      Browser browser,
      String url,
      Scene scene,
      ColorScheme colours,
      int width,
      int height,
      String kind) {
    try (BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setColorScheme(colours)
                .setViewportSize(width, height)
                .setDeviceScaleFactor(width < 600 ? 2 : 1))) {
      Page page = context.newPage();
      page.onConsoleMessage(message -> System.out.println(kind + " console: " + message.text()));
      page.onPageError(error -> System.out.println(kind + " error: " + error));
      String suffix = "-" + kind + "-" + colours.name().toLowerCase(java.util.Locale.ROOT) + ".png";
      Map<String, String> places =
          Map.of(
              "overview", "/",
              "jobs", "/#/jobs",
              "job", "/#/jobs/" + scene.running(),
              "task", "/#/jobs/" + scene.running() + "?task=" + scene.task(),
              "million", "/#/jobs/" + scene.million(),
              "failed", "/#/jobs/" + scene.failed(),
              "nodes", "/#/nodes",
              "node", "/#/nodes/" + scene.node());
      places.forEach(
          (name, place) -> {
            page.navigate("about:blank");
            page.navigate(url + place);
            page.waitForTimeout(1_800);
            snap(page, name + suffix);
            if (name.equals("job")) {
              page.locator("label:has-text('Pictures')").click();
              page.waitForTimeout(1_500);
              snap(page, "pictures" + suffix);
              page.locator("label:has-text('Large')").click();
              page.locator("[role=tab]:has-text('Timeline')").click();
              page.waitForTimeout(700);
              snap(page, "timeline" + suffix);
              page.locator("[role=tab]:has-text('Frames')").click();
              page.locator(".grid canvas")
                  .hover(new com.microsoft.playwright.Locator.HoverOptions().setPosition(200, 40));
              page.waitForTimeout(700);
              snap(page, "hover" + suffix);
            }
          });
    }
  }

  private static void snap(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(OUT.resolve(name))
            .setFullPage(!name.startsWith("hover")));
  }

  /** What is there to see. */
  record Scene(String running, String task, String million, String failed, String node) {
    static Scene set(StagedFarm farm) {
      List<StagedFarm.Node> nodes = new ArrayList<>();
      for (int i = 0; i < 14; i++) {
        boolean gpu = i % 5 == 4;
        String size = gpu ? "Standard_NV36ads_A10_v5" : i == 13 ? "" : "Standard_HB120rs_v3";
        nodes.add(
            farm.node(
                "render-%03d".formatted(i + 1), size, "" + (1 + i % 3), i % 3 == 0, gpu ? 1 : 2));
      }
      farm.beat();
      farm.submit("sq010_sh0030_comp_v012", "atlas", 24, 90, 3);
      for (int frame = 0; frame < 24; frame++) {
        StagedFarm.Node node = nodes.get(frame % nodes.size());
        node.lease(0, 1)
            .forEach(lease -> node.succeed(lease, StagedFarm.picture(lease.taskIndex())));
      }
      String failed = farm.submit("sq010_sh0120_fx_smoke_v003", "atlas", 40, 80, 1);
      for (int frame = 0; frame < 9; frame++) {
        nodes
            .get(2)
            .lease(0, 1)
            .forEach(lease -> nodes.get(2).succeed(lease, StagedFarm.picture(lease.taskIndex())));
      }
      nodes
          .get(2)
          .lease(0, 1)
          .forEach(
              lease ->
                  nodes
                      .get(2)
                      .fail(
                          lease,
                          "The task's command exited with 11: Error: cannot open"
                              + " '/show/cache/smoke.0010.vdb': no such file."));
      String running = farm.submit("sq020_sh0450_lighting_v027", "atlas", 480, 70, 3);
      for (int frame = 0; frame < 214; frame++) {
        StagedFarm.Node node = nodes.get(frame % nodes.size());
        int at = frame;
        node.lease(0, 1)
            .forEach(
                lease -> {
                  if (at % 41 == 20) {
                    node.fail(
                        lease, "The task's command exited with 1: CUDA error: out of memory.");
                  } else {
                    node.succeed(lease, StagedFarm.picture(lease.taskIndex()));
                  }
                });
      }
      List<Leasing.Lease> leases = new ArrayList<>();
      for (StagedFarm.Node node : nodes.subList(0, 11)) {
        List<Leasing.Lease> held = node.leaseAll();
        leases.addAll(held);
        for (Leasing.Lease lease : held) {
          double fraction = (lease.taskIndex() * 37 % 100) / 100.0;
          if (lease.taskIndex() % 6 == 5) {
            node.at(lease, Heartbeat.Phase.FETCHING, fraction, "textures/rock_albedo.1003.tx");
          } else {
            node.at(
                lease,
                Heartbeat.Phase.RENDERING,
                fraction,
                "Fra:%d Sample %d/256".formatted(1001 + lease.taskIndex(), (int) (fraction * 256)));
          }
          node.log(lease, 0, log(lease.taskIndex()));
        }
      }
      for (StagedFarm.Node node : nodes.subList(11, 14)) {
        node.lease(0, 1)
            .forEach(lease -> node.fail(lease, "The task's command exited with 1: out of memory."));
        node.lease(0, 1)
            .forEach(lease -> node.commit(lease, StagedFarm.picture(lease.taskIndex())));
      }
      String million = farm.submit("global_cache_conform_v001", "library", 1_000_000, 20, 3);
      String hold = farm.submit("sq030_sh0010_anim_v004", "nimbus", 96, 50, 3);
      farm.user().suspend(hold);
      farm.submit("sq030_sh0020_layout_v002", "nimbus", 120, 50, 3);
      return new Scene(running, leases.get(2).taskId(), million, failed, nodes.get(1).id);
    }

    private static String log(long index) {
      var text =
          new StringBuilder("Blender 3.4.1\nRead blend: /show/sq020/sh0450/lighting_v027.blend\n");
      for (int sample = 1; sample <= 60; sample++) {
        text.append(
            "Fra:%d Mem:2311.40M (Peak 2480.12M) | Time:00:%02d.%02d | Remaining:01:12.40 | Mem:1820.77M, Peak:1902.51M | Scene, ViewLayer | Sample %d/256\n"
                .formatted(1001 + index, sample / 2, sample, sample));
      }
      return text.toString();
    }
  }
}
