package dev.stoker.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.agent.config.StokerFile.Credential;
import dev.stoker.io.source.blob.AccountCredentials;
import dev.stoker.io.source.blob.OriginCredential;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginCredentialsTest {
  private static final Credential KEY = new Credential("c2VjcmV0", null, null, null, null);

  @Test
  void eachKindOfCredentialReachesItsOrigin() {
    assertEquals(
        Map.of(
            "blob://studio", new OriginCredential.SharedKey("c2VjcmV0"),
            "blob+http://127.0.0.1:10000/devstoreaccount1", new OriginCredential.Sas("sv=1"),
            "blob://other", new OriginCredential.ManagedIdentity("id")),
        OriginCredentials.of(
                Map.of(
                    "blob://studio/",
                    KEY,
                    "blob+http://127.0.0.1:10000/devstoreaccount1",
                    new Credential(null, "sv=1", null, null, null),
                    "blob://other",
                    new Credential(null, null, null, "managed", "id")))
            .common());
  }

  @Test
  void aProjectMayHaveItsOwnCredentialAndAnOriginACap() {
    Map<String, Credential> origins =
        Map.of(
            "blob://studio",
            new Credential(
                null,
                null,
                null,
                "managed",
                null,
                Map.of("dune", new Credential(null, "sv=1", null, null, null)),
                "100MB"),
            "https://render.example",
            new Credential(null, null, null, null, null, Map.of(), "1GiB"));
    AccountCredentials read = OriginCredentials.of(origins);
    assertEquals(
        Map.of("blob://studio", new OriginCredential.ManagedIdentity(null)), read.common());
    assertEquals(
        Map.of("dune", Map.of("blob://studio", new OriginCredential.Sas("sv=1"))),
        read.ofProjects());
    assertTrue(read.hasOwn("blob://studio", "dune"));
    assertFalse(read.hasOwn("blob://studio", "orca"));
    assertEquals(
        Map.of("blob://studio", 100_000_000L, "https://render.example", 1L << 30),
        OriginCredentials.bytesPerSecond(origins));
    Map<String, Credential> still =
        Map.of("blob://studio", new Credential(null, null, null, null, null, Map.of(), "0"));
    assertThrows(ConfigFailure.class, () -> OriginCredentials.bytesPerSecond(still));
  }

  @Test
  void whatIsWrongIsNamedWithoutTheSecret() {
    assertRefused("nfs://host", KEY, "names no storage account");
    assertRefused("blob://studio", new Credential(null, null, null, null, null), "exactly one");
    assertRefused(
        "blob://studio", new Credential("c2VjcmV0", "x", null, null, null), "exactly one");
    assertRefused(
        "blob://studio", new Credential(null, null, null, "mine", null), "has identity 'mine'");
  }

  private static void assertRefused(String origin, Credential credential, String expected) {
    String message =
        assertThrows(ConfigFailure.class, () -> OriginCredentials.of(Map.of(origin, credential)))
            .getMessage();
    assertTrue(message.contains(expected) && message.contains(origin), message);
    assertFalse(message.contains("c2VjcmV0"), message);
  }
}
