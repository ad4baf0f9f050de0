package dev.stoker.io.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssetUriTest {

  @Test
  void aBlobUriNamesAccountContainerAndPath() {
    BlobUri uri =
        assertInstanceOf(BlobUri.class, AssetUri.parse("blob://studio/show/shots/a%20b.exr"));
    assertEquals("studio", uri.account());
    assertEquals("show", uri.container());
    assertEquals("shots/a b.exr", uri.path().value());
    assertFalse(uri.namesTree());
    assertEquals("blob://studio/show/shots/a%20b.exr", uri.toString());
  }

  @Test
  void aPastedSasUrlIsABlobAndItsSignatureIsNeverPrinted() {
    BlobUri uri =
        assertInstanceOf(
            BlobUri.class,
            AssetUri.parse(
                "https://studio.blob.core.windows.net/show/a?sv=2024&sig=SECRET&versionid=2026"));
    assertEquals("sv=2024&sig=SECRET", uri.sas());
    assertEquals("versionid=2026", uri.pin());
    assertFalse(uri.toString().contains("SECRET"));
    assertEquals("blob://studio/show/a", uri.canonical());
  }

  @Test
  void anEmulatorIsAddressedByPath() {
    BlobUri uri =
        assertInstanceOf(
            BlobUri.class, AssetUri.parse("blob+http://127.0.0.1:10000/devstoreaccount1/demo/"));
    assertEquals("127.0.0.1:10000", uri.endpoint());
    assertEquals("blob+http://127.0.0.1:10000/devstoreaccount1", uri.origin());
    assertTrue(uri.namesTree());
    assertEquals("demo", uri.container());
  }

  @Test
  void plainPathsAreNeverDecoded() {
    assertEquals("/tmp/a%20b?#", AssetUri.parse("/tmp/a%20b?#").toString());
    assertEquals("/tmp/a b", AssetUri.parse("file:///tmp/a%20b").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blob://studio",
        "blob://Studio/show/a",
        "blob://studio/x/a",
        "blob://studio/show/../a",
        "http:///a",
        "file://host/a",
        "ftp://host/a",
        "http://host/%zz",
        ""
      })
  void whatNoSourceTakesIsRefusedInOneSentence(String text) {
    IoFailure.Invalid refusal = assertThrows(IoFailure.Invalid.class, () -> AssetUri.parse(text));
    assertTrue(refusal.getMessage().endsWith("."), refusal.getMessage());
  }
}
