package dev.stoker.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The controller's packages look down only. */
@AnalyzeClasses(
    packages = "dev.stoker.controller",
    importOptions = ImportOption.DoNotIncludeTests.class)
class PackagesTest {
  @ArchTest
  static final ArchRule packagesLookDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("dev.stoker.controller.api..")
          .layer("http")
          .definedBy("dev.stoker.controller.http..")
          .layer("web")
          .definedBy("dev.stoker.controller.web..")
          .layer("client")
          .definedBy("dev.stoker.controller.client..")
          .layer("dispatch")
          .definedBy("dev.stoker.controller.dispatch..")
          .layer("attest")
          .definedBy("dev.stoker.controller.attest..")
          .layer("azure")
          .definedBy("dev.stoker.controller.azure..")
          .layer("notify")
          .definedBy("dev.stoker.controller.notify..")
          .layer("observe")
          .definedBy("dev.stoker.controller.observe..")
          .layer("store")
          .definedBy("dev.stoker.controller.store..")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("web")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("client")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("http")
          .mayNotAccessAnyLayer()
          .whereLayer("dispatch")
          .mayOnlyBeAccessedByLayers("api", "notify", "observe", "web")
          .whereLayer("attest")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("azure")
          .mayOnlyBeAccessedByLayers("attest")
          .whereLayer("notify")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("observe")
          .mayOnlyBeAccessedByLayers("api", "notify")
          .whereLayer("store")
          .mayOnlyBeAccessedByLayers("dispatch", "api", "notify", "observe");

  @ArchTest
  static final ArchRule theProtocolKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("dev.stoker.controller.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.stoker.controller.api..",
              "dev.stoker.controller.client..",
              "dev.stoker.controller.dispatch..",
              "dev.stoker.controller.store..",
              "dev.stoker.openjd..");
}
