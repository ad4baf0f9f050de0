package dev.stoker.controller.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Commit;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.LogChunk;
import dev.stoker.controller.protocol.Registration;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** Nodes that do as a test says, over the real protocol; and jobs for them. */
final class StagedFarm implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final long NOW = System.currentTimeMillis();

  private final ControllerClient joiner;
  private final ControllerClient user;
  private final List<Node> nodes = new ArrayList<>();

  StagedFarm(URI url, @Nullable String joinToken, @Nullable String userToken) {
    joiner = new ControllerClient(url, joinToken);
    user = new ControllerClient(url, userToken);
  }

  ControllerClient user() {
    return user;
  }

  /** A node with some slots. */
  final class Node {
    final String id;
    final String name;
    private final ControllerClient client;
    private final int slots;
    private long sequence;
    private final Map<String, Heartbeat.Held> held = new HashMap<>();
    private long hitBytes;

    private Node(String name, String size, String zone, boolean spot, int slots) {
      this.name = name;
      this.slots = slots;
      List<Registration.Slot> all = new ArrayList<>();
      for (int i = 0; i < slots; i++) {
        all.add(
            new Registration.Slot(
                "slot-" + i, 8, 16L << 30, size.contains("NV") ? 1 : 0, 24L << 30));
      }
      var answer =
          joiner.register(
              new Registration.Request(
                  name,
                  "0.1.0",
                  1,
                  1,
                  all,
                  Map.of("attr.worker.os.family", List.of("linux")),
                  null,
                  size.isEmpty()
                      ? null
                      : new Registration.Machine(size, "westeurope", zone, "render", spot),
                  topology(slots)));
      id = answer.nodeId();
      client = joiner.withToken(answer.nodeToken());
    }

    List<Leasing.Lease> lease(int slot, int tasks) {
      var wish = new Leasing.Wish("slot-" + slot, tasks, "", "");
      return client.lease(id, new Leasing.Request(++sequence, List.of(wish), 5_000)).leases();
    }

    /** Leases one task for every slot. */
    List<Leasing.Lease> leaseAll() {
      List<Leasing.Lease> all = new ArrayList<>();
      for (int slot = 0; slot < slots; slot++) {
        all.addAll(lease(slot, 1));
      }
      return all;
    }

    void heartbeat() {
      hitBytes += 40L << 20;
      client.heartbeat(
          id,
          new Heartbeat.Request(
              List.copyOf(held.values()),
              new Heartbeat.NodeStatus(
                  180L << 30,
                  hitBytes,
                  hitBytes / 7,
                  null,
                  new Heartbeat.MachineUsage(
                      0.55 + 0.4 * Math.sin(hitBytes / 3e8 + name.hashCode()),
                      40L << 30,
                      64L << 30,
                      hitBytes,
                      hitBytes / 9),
                  List.of(
                      new Heartbeat.CachedFolder(
                          "blob://studio/show/assets/oak/tex/", 412, 96L << 30),
                      new Heartbeat.CachedFolder("blob://studio/show/shots/010/", 18, 41L << 30),
                      new Heartbeat.CachedFolder(
                          "nfs://avere.studio.example/lib/skies/", 7, 3L << 30)))));
    }

    void at(Leasing.Lease lease, Heartbeat.Phase phase, double fraction, String message) {
      List<Finish.Span> timeline =
          phase == Heartbeat.Phase.RENDERING
              ? List.of(
                  new Finish.Span("fetch", NOW - 40_000, NOW - 31_000),
                  new Finish.Span("render", NOW - 31_000, 0))
              : List.of(new Finish.Span("fetch", NOW - 9_000, 0));
      held.put(
          lease.leaseId(),
          new Heartbeat.Held(
              lease.leaseId(), lease.attempt(), phase, fraction, message, 100, 90, null, timeline));
      heartbeat();
    }

    void log(Leasing.Lease lease, long offset, String text) {
      client.log(lease.leaseId(), new LogChunk(lease.attempt(), offset, text));
    }

    /** Asks for the commit, and makes nothing visible yet. */
    void commit(Leasing.Lease lease, byte @Nullable [] thumbnail) {
      String destination = "blob://studio/show/shots/" + lease.taskId() + ".exr";
      var manifest =
          new Commit.Manifest(
              lease.fence(),
              List.of(
                  new Commit.Output(
                      destination,
                      8_200_000,
                      "xxh64:0123456789abcdef",
                      List.of("QUJD"),
                      null,
                      null)));
      List<Commit.Thumbnail> thumbnails =
          thumbnail == null
              ? List.of()
              : List.of(
                  new Commit.Thumbnail(destination, Base64.getEncoder().encodeToString(thumbnail)));
      client.commit(lease.leaseId(), new Commit.Request(lease.attempt(), manifest, thumbnails));
    }

    void succeed(Leasing.Lease lease, byte @Nullable [] thumbnail) {
      commit(lease, thumbnail);
      finish(lease, Finish.Outcome.SUCCEEDED, "");
    }

    void fail(Leasing.Lease lease, String message) {
      finish(lease, Finish.Outcome.FAILED, message);
    }

    private void finish(Leasing.Lease lease, Finish.Outcome outcome, String message) {
      long seed = lease.taskIndex() % 7;
      long start = NOW - 300_000 + lease.taskIndex() * 900;
      client.finish(
          lease.leaseId(),
          new Finish.Request(
              lease.attempt(),
              outcome,
              outcome == Finish.Outcome.SUCCEEDED ? 0 : 1,
              message,
              false,
              List.of(
                  new Finish.Span("fetch", start, start + 800 + seed * 200),
                  new Finish.Span(
                      "render", start + 1_000 + seed * 200, start + 21_000 + seed * 900),
                  new Finish.Span(
                      "publish", start + 21_000 + seed * 900, start + 22_400 + seed * 950)),
              (30L + seed * 4) << 20,
              (400L + seed * 20) << 20,
              8_200_000));
      held.remove(lease.leaseId());
    }
  }

  Node node(String name, String size, String zone, boolean spot, int slots) {
    Node node = new Node(name, size, zone, spot, slots);
    nodes.add(node);
    return node;
  }

  /** Every node says that it is there. */
  void beat() {
    nodes.forEach(Node::heartbeat);
  }

  String submit(String name, String project, int frames, int priority, int maxAttempts) {
    return user.submit(
            new Jobs.Definition(
                json(
                    """
                    {"specificationVersion": "jobtemplate-2023-09", "name": "%s",
                     "steps": [{"name": "Render",
                       "parameterSpace": {"taskParameterDefinitions": [
                         {"name": "Frame", "type": "INT", "range": "1001-%d"}]},
                       "script": {"actions": {"onRun": {"command": "true"}}}}]}
                    """
                        .formatted(name, 1000 + frames)),
                List.of(),
                Map.of(),
                "",
                List.of(),
                project,
                priority,
                maxAttempts),
            name + frames)
        .jobId();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode topology(int slots) {
    StringBuilder cores = new StringBuilder();
    StringBuilder cut = new StringBuilder();
    for (int i = 0; i < slots * 8; i++) {
      cores
          .append(i == 0 ? "" : ",")
          .append("{\"package\": 0, \"cpus\": \"" + i + "\", \"kind\": null}");
    }
    for (int i = 0; i < slots; i++) {
      String cpus = i * 8 + "-" + (i * 8 + 7);
      cut.append(i == 0 ? "" : ",")
          .append(
              "{\"id\": \"slot-%d\", \"cpus\": \"%s\", \"gpus\": [], \"memoryBytes\": 17179869184, \"numaNodes\": [0]}"
                  .formatted(i, cpus));
    }
    String all = "0-" + (slots * 8 - 1);
    return json(
        """
        {"cpus": {"online": "%s", "allowed": "%s", "quota": null},
         "packages": [{"id": 0, "cpus": "%s"}],
         "numaNodes": [{"id": 0, "cpus": "%s", "memoryBytes": 68719476736, "allowed": true}],
         "l3": [{"cpus": "%s", "bytes": 33554432}], "cores": [%s], "gpus": [], "slots": [%s],
         "slotsProblem": null, "memoryBytes": 68719476736}
        """
            .formatted(all, all, all, all, all, cores, cut));
  }

  /** A picture of hills that differs from frame to frame. */
  static byte[] picture(long frame) {
    var image = new BufferedImage(256, 144, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    float hue = 0.55f + (frame % 60) / 300f;
    pen.setPaint(
        new GradientPaint(
            0,
            0,
            Color.getHSBColor(hue, 0.6f, 0.45f),
            0,
            100,
            Color.getHSBColor(0.08f, 0.5f, 0.95f)));
    pen.fillRect(0, 0, 256, 144);
    pen.setColor(new Color(255, 240, 200));
    pen.fillOval(30 + (int) (frame % 60) * 3, 30, 26, 26);
    pen.setStroke(new BasicStroke(1));
    for (int layer = 0; layer < 3; layer++) {
      pen.setColor(Color.getHSBColor(hue, 0.4f, 0.4f - layer * 0.12f));
      for (int x = 0; x < 256; x++) {
        double hill =
            Math.sin((x + frame * 2L + layer * 70L) / (22.0 + layer * 9)) * (10 + layer * 4);
        pen.drawLine(x, (int) (92 + layer * 16 + hill), x, 144);
      }
    }
    pen.dispose();
    var bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    user.close();
    joiner.close();
  }
}
