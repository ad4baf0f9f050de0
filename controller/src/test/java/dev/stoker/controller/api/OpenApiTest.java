package dev.stoker.controller.api;

import static java.util.Locale.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.client.ControllerClient;
import dev.stoker.controller.protocol.Wire;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The OpenAPI document lists what the controller answers, and nothing else. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class OpenApiTest {
  @Parameter StoreKind kind;
  @TempDir Path folder;

  private String job = "";
  private final HttpClient http = HttpClient.newHttpClient();
  private ControllerServer server;
  private JsonNode document;

  @BeforeEach
  void start() throws Exception {
    server = ControllerServer.start(kind.settings(folder));
    document = Wire.mapper().readTree(send("GET", "/v1/openapi.json", null).body());
    try (var user = new ControllerClient(server.url(), null)) {
      job = user.submit(TestJobs.frames(5), "key").jobId();
    }
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void everyDocumentedCallExistsAndTakesNoOtherMethod() throws Exception {
    int calls = 0;
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        calls++;
        String url = filled(path.getKey(), job);
        if (!path.getKey().endsWith("/watch") && !path.getKey().endsWith("/events")) {
          HttpResponse<String> answer = send(method.getKey(), url, "{}");
          assertNotEquals(405, answer.statusCode(), method.getKey() + " " + path.getKey());
          assertTrue(
              !answer.body().contains("There is nothing at this path"),
              path + ": " + answer.body());
        }
      }
      HttpResponse<String> refused = send("DELETE", filled(path.getKey(), job), null);
      assertEquals(405, refused.statusCode(), "DELETE " + path.getKey());
      var methods = new TreeSet<String>();
      path.getValue().properties().forEach(each -> methods.add(each.getKey().toUpperCase(ROOT)));
      assertEquals(
          String.join(", ", methods),
          refused.headers().firstValue("Allow").orElse(""),
          path.getKey());
    }
    assertEquals(Calls.ALL.size(), calls);
    assertEquals(404, send("GET", "/v1/nothing", null).statusCode());
  }

  private static String filled(String path, String with) {
    String filled = path.replaceAll("\\{\\w+}", with);
    return filled.endsWith("/watch") ? filled + "?since=0" : filled;
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    var publisher =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(40))
            .method(method.toUpperCase(ROOT), publisher)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
