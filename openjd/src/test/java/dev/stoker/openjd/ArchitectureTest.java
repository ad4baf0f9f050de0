package dev.stoker.openjd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.stoker.openjd");

  @Test
  void theModuleDependsOnJacksonAndTheJdkOnly() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.stoker.openjd..",
            "java..",
            "com.fasterxml.jackson..",
            "org.yaml.snakeyaml..", // the parser inside Jackson's YAML module
            "org.jspecify.annotations")
        .check(CLASSES);
  }

  @Test
  void packagesOnlyLookDown() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("job")
        .definedBy("dev.stoker.openjd.job")
        .layer("template")
        .definedBy("dev.stoker.openjd.template")
        .layer("space")
        .definedBy("dev.stoker.openjd.space")
        .layer("param")
        .definedBy("dev.stoker.openjd.param")
        .layer("pathmap")
        .definedBy("dev.stoker.openjd.pathmap")
        .layer("expr")
        .definedBy("dev.stoker.openjd.expr")
        .whereLayer("job")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("template")
        .mayOnlyBeAccessedByLayers("job")
        .whereLayer("space")
        .mayOnlyBeAccessedByLayers("template", "job")
        .whereLayer("param")
        .mayOnlyBeAccessedByLayers("template", "job")
        .whereLayer("pathmap")
        .mayOnlyBeAccessedByLayers("job")
        .check(CLASSES);
  }

  @Test
  void nothingDoesInputOutputOrStartsThreads() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.(io\\.(File.*|.*Stream|Console)|nio\\.file\\.Files|net\\..*|lang\\.(Thread|Process).*"
                + "|util\\.concurrent\\..*)")
        .check(CLASSES);
  }
}
