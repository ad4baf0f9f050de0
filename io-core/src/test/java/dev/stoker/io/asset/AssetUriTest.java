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

  @Test
  void anNfsUriNamesServerPathAndHowToGetThere() {
    NfsUri uri =
        (NfsUri)
            AssetUri.parse(
                "nfs://Filer/vol/show/a%20b.exr?nfsport=20491&mountport=20481&uid=0&gid=4294967294&version=3");
    assertEquals("nfs://filer:20491", uri.origin());
    assertEquals("vol/show/a b.exr", uri.path().value());
    assertEquals("nfs://filer:20491/vol/show/a%20b.exr", uri.canonical());
    assertEquals(
        "nfs://filer:20491/vol/show/a%20b.exr?mountport=20481&uid=0&gid=4294967294",
        uri.toString());
    assertEquals(uri, AssetUri.parse(uri.toString()));
    assertEquals("nfs://filer/vol", AssetUri.parse("nfs://filer/vol?nfsport=2049").canonical());
    assertTrue(AssetUri.parse("nfs://filer/vol").namesTree(), "an export alone");
    assertTrue(AssetUri.parse("nfs://filer/a/b?export=/a/b").namesTree(), "an export alone");
    assertTrue(AssetUri.parse("nfs://filer/a/b/").namesTree());
    assertFalse(AssetUri.parse("nfs://filer/a/b").namesTree());
    AssetUri cluster = AssetUri.parse("avere://10.0.0.10-10.0.0.21/vol/x/?groups=5,6&export=/vol");
    assertEquals("avere://10.0.0.10-10.0.0.21", cluster.origin());
    assertEquals(cluster, AssetUri.parse(cluster.toString()));
    assertEquals("avere://a,b/vol/x/y", cluster("avere://a,b/vol/x/").canonical());
  }

  private static AssetUri cluster(String text) {
    return AssetUri.parse(text).resolve(new AssetPath("y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nfs:///vol/a",
        "nfs://a,b/vol/a",
        "nfs://filer/vol/a?version=4",
        "nfs://filer/vol/a?uid=root",
        "nfs://filer/vol/a?nfsport=70000",
        "nfs://filer/vol/a?export=/other",
        "nfs://filer/vol/a?timeo=7",
        "nfs://user@filer/vol/a",
        "avere://a b/vol"
      })
  void whatNoNfsServerIsNamedByIsRefused(String text) {
    IoFailure thrown = assertThrows(IoFailure.Invalid.class, () -> AssetUri.parse(text));
    assertTrue(thrown.getMessage().contains("'"), thrown.getMessage());
  }
}
