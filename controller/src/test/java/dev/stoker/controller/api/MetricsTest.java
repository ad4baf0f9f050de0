package dev.stoker.controller.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.protocol.Finish;
import dev.stoker.controller.protocol.Leasing.Lease;
import dev.stoker.controller.protocol.Tokens;
import dev.stoker.controller.protocol.Wire;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code /metrics}, and what the dashboard and the alert rules make of it. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class MetricsTest {
  private static final String ADMIN = "user-token-0123456789";
  private static final String JOIN = "join-token-0123456789";
  private static final Path DEPLOYED =
      Path.of(System.getProperty("stoker.root", "..")).resolve("deploy/grafana");
  private static final Pattern METRIC = Pattern.compile("\\bstoker_[a-z0-9_]+");

  @Parameter StoreKind kind;
  @TempDir Path folder;
  private ControllerServer server;
  private ControllerClient admin;

  @BeforeEach
  void start() {
    server =
        ControllerServer.start(
            new ControllerSettings(
                    folder,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ControllerSettings.Tokens(JOIN, ADMIN),
                    null,
                    false)
                .withDatabase(kind.settings(folder).database())
                .withNotify(
                    new NotifySettings(
                        List.of(), null, Set.of(), Tokens.Role.ADMIN, Duration.ofHours(1))));
    admin = new ControllerClient(server.url(), ADMIN);
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
  }

  private HttpResponse<String> scrape(String token) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
              .timeout(Duration.ofSeconds(15))
              .header("Authorization", "Bearer " + token)
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private List<String> lines() throws Exception {
    HttpResponse<String> answer = scrape(ADMIN);
    assertEquals(200, answer.statusCode(), answer.body());
    String type = answer.headers().firstValue("Content-Type").orElse("");
    assertTrue(type.startsWith("text/plain"), type);
    return answer.body().lines().toList();
  }

  @Test
  void aJobsWayCanBeReadFromTheNumbers() throws Exception {
    admin.submit(TestJobs.frames(3), "k");
    try (var node = new ScriptedAgent(server.url(), JOIN, "node")) {
      Lease done = node.lease(1, 5_000).getFirst();
      node.render(done);
      Lease failed = node.lease(1, 5_000).getFirst();
      node.finish(failed, Finish.Outcome.FAILED);
      node.lease(1, 5_000);
      List<String> lines = lines();
      assertHas(lines, "stoker_controller_leases_granted_total{kind=\"ordinary\"} 3.0");
      assertHas(lines, "stoker_controller_leases_granted_total{kind=\"recovery\"} 0.0");
      assertHas(lines, "stoker_controller_leases_ended_total{how=\"finished\"} 2.0");
      assertHas(lines, "stoker_controller_finishes_total{outcome=\"failed\"} 1.0");
      assertHas(lines, "stoker_controller_tasks{project=\"default\",state=\"succeeded\"} 1.0");
      assertHas(lines, "stoker_controller_tasks{project=\"default\",state=\"leased\"} 1.0");
      assertHas(lines, "stoker_controller_tasks{project=\"default\",state=\"open\"} 1.0");
      assertHas(lines, "stoker_controller_jobs{state=\"running\"} 1.0");
      assertHas(lines, "stoker_controller_nodes{state=\"ready\"} 1.0");
      assertHas(lines, "stoker_controller_leases 1.0");
      assertHas(
          lines,
          "stoker_controller_call_seconds_count{call=\"POST /v1/leases/{lease}/commit\",status=\"200\"} 1");
      assertTrue(
          lines.stream()
              .filter(line -> line.startsWith("stoker_controller_database_write_seconds_count"))
              .noneMatch(line -> line.endsWith(" 0")),
          lines.toString());
    }
  }

  @Test
  void aPathThatVariesMakesNoFurtherSeries() throws Exception {
    for (int i = 0; i < 20; i++) {
      scrape("wrong-token-" + i + "-0123456789");
      try (var http = HttpClient.newHttpClient()) {
        http.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/v1/jobs/j" + i + "/tasks"))
                .header("Authorization", "Bearer " + ADMIN)
                .build(),
            HttpResponse.BodyHandlers.discarding());
        http.send(
            HttpRequest.newBuilder(URI.create(server.url() + "/nothing/" + i)).build(),
            HttpResponse.BodyHandlers.discarding());
      }
    }
    Set<String> calls =
        lines().stream()
            .filter(line -> line.startsWith("stoker_controller_call_seconds_count"))
            .map(line -> line.replaceFirst(".*call=\"([^\"]*)\".*", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of("GET /metrics", "GET /v1/jobs/{job}/tasks", "other"), calls);
  }

  @Test
  void theNumbersAreForThoseWhoSeeEverything() throws Exception {
    assertEquals(401, scrape("wrong-token-0123456789").statusCode());
    assertEquals(403, scrape(JOIN).statusCode());
    assertEquals(200, scrape(viewer(List.of())).statusCode());
    assertEquals(403, scrape(viewer(List.of("film-a"))).statusCode());
  }

  private String viewer(List<String> projects) {
    return admin
        .createToken(
            new Tokens.Create(
                Tokens.Kind.USER, "v", Tokens.Role.VIEWER, projects, false, null, null))
        .token();
  }

  @Test
  void everyMetricOfDashboardAndAlertsIsThere() throws Exception {
    admin.submit(TestJobs.frames(1), "k");
    try (var node = new ScriptedAgent(server.url(), JOIN, "node")) {
      node.render(node.lease(1, 5_000).getFirst());
    }
    scrape(ADMIN); // counts itself the next time
    Set<String> exposed =
        METRIC
            .matcher(String.join("\n", lines()))
            .results()
            .map(found -> found.group())
            .collect(Collectors.toCollection(TreeSet::new));
    JsonNode dashboard = Wire.mapper().readTree(DEPLOYED.resolve("stoker.json").toFile());
    Set<String> named = new TreeSet<>();
    dashboard.findValues("expr").forEach(expression -> collect(expression.asText(), named));
    assertTrue(named.size() > 10, named.toString());
    JsonNode alerts = new YAMLMapper().readTree(Files.readString(DEPLOYED.resolve("alerts.yaml")));
    alerts.findValues("expr").forEach(expression -> collect(expression.asText(), named));
    named.removeAll(exposed);
    assertEquals(Set.of(), named, "not exposed");
    long ids =
        StreamSupport.stream(dashboard.path("panels").spliterator(), false)
            .map(panel -> panel.path("id").asInt())
            .distinct()
            .count();
    assertEquals(dashboard.path("panels").size(), ids, "panels share an id");
  }

  private static void collect(String expression, Set<String> into) {
    METRIC.matcher(expression).results().forEach(found -> into.add(found.group()));
  }

  private static void assertHas(List<String> lines, String line) {
    assertTrue(lines.contains(line), line + " is not in\n" + String.join("\n", lines));
  }
}
