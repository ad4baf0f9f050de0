package dev.stoker.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.config.ConfigFailure;
import dev.stoker.agent.config.Flags;
import dev.stoker.agent.config.Settings;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.attest.AzurePolicy;
import dev.stoker.controller.notify.NotifySettings;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Tokens;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the controller makes of {@code join}, {@code nodeTokenLife} and {@code notify}. */
class PolicyTest {
  private static final Path ROOT = Path.of(System.getProperty("stoker.root"));

  @TempDir Path folder;

  private ControllerSettings read(String yaml) throws Exception {
    Files.writeString(folder.resolve("stoker.yaml"), yaml);
    Map<String, String> environment = Map.of("HOME", folder.toString());
    return ControllerCommand.settings(Settings.load(Flags.NONE, environment, folder), false);
  }

  private void assertRefused(String says, String yaml) {
    String message =
        String.valueOf(assertThrows(ConfigFailure.class, () -> read(yaml)).getMessage());
    assertTrue(message.contains(says), message);
    assertFalse(message.contains("SECRET"), message);
  }

  @Test
  void theExamplesOfTheDocsAreUnderstood() throws Exception {
    NotifySettings told = read(example("controller.md", "notify:")).telling();
    NotifySettings.Hook hook = told.hooks().getFirst();
    assertEquals("studio", hook.name());
    assertEquals(URI.create("https://hooks.studio.example/stoker"), hook.url());
    assertEquals(Set.of(Jobs.State.FAILED), hook.states());
    assertEquals(587, told.mail().port());
    assertEquals(NotifySettings.MailTls.STARTTLS, told.mail().tls());
    assertEquals(Tokens.Role.ARTIST, told.jobs());
    assertEquals(Duration.ofHours(1), told.deadline());
    AzurePolicy azure = read(example("secure.md", "join:")).azure();
    assertEquals(1, azure.scaleSets().size());
    assertEquals(List.of("8d10da13-8125-4ba9-a717-bf7490507b3d"), azure.subscriptions());
    assertEquals(URI.create("https://management.azure.com"), azure.resourceManager());
    assertEquals(URI.create("http://169.254.169.254"), azure.metadata());
  }

  private static String example(String page, String start) throws Exception {
    Matcher block =
        Pattern.compile("```yaml\n(" + start + ".*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("docs").resolve(page)));
    assertTrue(block.find(), page);
    return block.group(1);
  }

  @Test
  void nothingIsSetWhereNothingIsSaid() throws Exception {
    ControllerSettings none = read("listen: 127.0.0.1:0");
    assertNull(none.azure());
    assertTrue(none.telling().isEmpty());
    assertEquals(Duration.ofHours(1), none.nodeTokenLife());
    assertEquals(Duration.ofMinutes(10), read("nodeTokenLife: 10m").nodeTokenLife());
  }

  @Test
  void whatCannotBeMeantIsRefusedByName() {
    assertRefused("at least 30s", "nodeTokenLife: 5s");
    assertRefused("notify.jobs is 'boss'", "notify: {jobs: boss}");
    assertRefused(
        "shorter than 16", "notify: {webhooks: [{url: 'https://h/x?SECRET', secret: SECRET}]}");
    assertRefused("url of 'notify.webhooks'", "notify: {webhooks: [{url: 'ftp://h/SECRET'}]}");
    assertRefused(
        "two named 'h'", "notify: {webhooks: [{url: 'https://h/1'}, {url: 'https://h/2'}]}");
    assertRefused("one of queued", "notify: {webhooks: [{url: 'https://h/1', states: [lost]}]}");
    assertRefused("needs a server", "notify: {mail: {from: a@b.example}}");
    assertRefused("HOST or HOST:PORT", "notify: {mail: {server: 'smtp:x', from: a@b.example}}");
    assertRefused(
        "looks like https://management", "join: {azure: {resourceManager: 'http://arm.example'}}");
    assertRefused("unknown key 'join.azur'", "join: {azur: {}}");
  }
}
