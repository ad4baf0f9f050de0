package dev.stoker.controller.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.stoker.controller.api.ControllerServer;
import dev.stoker.controller.api.ControllerSettings;
import dev.stoker.controller.protocol.Heartbeat;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Leasing;
import dev.stoker.controller.protocol.Tokens;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, on a real controller with tokens. */
@Timeout(120)
class PageTest {
  private static final String JOIN = "join-token-of-the-test";
  private static final String ADMIN = "admin-token-of-the-test";

  private static Chromium chromium;

  @TempDir Path folder;
  private final List<String> foreign = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private ControllerServer server;
  private StagedFarm farm;
  private BrowserContext context;
  private Page page;

  @BeforeAll
  static void launch() {
    chromium = new Chromium();
  }

  @AfterAll
  static void quit() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void open() {
    var plain = ControllerSettings.loopback(folder, 0);
    server =
        ControllerServer.start(
            new ControllerSettings(
                plain.dataFolder(),
                plain.listen(),
                new ControllerSettings.Tokens(JOIN, ADMIN),
                null,
                false));
    farm = new StagedFarm(server.url(), JOIN, ADMIN);
    context = context(1280, 800);
    page = context.newPage();
    watch(page);
  }

  @AfterEach
  void close() {
    context.close();
    farm.close();
    server.close();
    assertEquals(List.of(), foreign, "the page asked others");
    assertEquals(List.of(), complaints, "the browser complained");
  }

  private static BrowserContext context(int width, int height) {
    return chromium
        .browser()
        .newContext(
            new Browser.NewContextOptions()
                .setColorScheme(ColorScheme.DARK)
                .setViewportSize(width, height));
  }

  private void watch(Page opened) {
    opened.onRequest(
        request -> {
          URI url =
              URI.create(
                  request.url().startsWith("blob:") ? request.url().substring(5) : request.url());
          if (!url.getAuthority().equals(server.url().getAuthority())) {
            foreign.add(request.url());
          }
        });
    opened.onPageError(complaints::add);
    opened.onConsoleMessage(
        message -> {
          // A refused token is told by the network as well.
          if (message.type().equals("error") && !message.text().contains("status of 401")) {
            complaints.add(message.text());
          }
        });
  }

  private void signIn(String token, String place) {
    page.navigate(server.url() + place);
    page.getByLabel("Token").fill(token);
    page.getByRole(AriaRole.BUTTON, button("Sign in")).click();
  }

  private static Page.GetByRoleOptions button(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private String token(String name, Tokens.Role role) {
    return farm.user()
        .createToken(new Tokens.Create(Tokens.Kind.USER, name, role, List.of(), false, null, null))
        .token();
  }

  @Test
  void aWrongTokenIsRefusedAndARightOneOpensThePage() {
    signIn("not-a-token-at-all-really", "/");
    assertThat(page.getByRole(AriaRole.ALERT).first()).containsText("The token is not known here");
    page.getByLabel("Token").fill(ADMIN);
    page.keyboard().press("Enter");
    assertThat(page.getByText("Nothing is queued.")).isVisible();
    assertThat(page.locator(".live")).hasText("live");
    page.reload();
    assertThat(page.getByText("Nothing is queued.")).isVisible();
    Page second = context.newPage();
    watch(second);
    second.navigate(server.url() + "/#/nodes");
    assertThat(second.getByText("No node has registered.")).isVisible();
    page.getByRole(AriaRole.BUTTON, button("Sign out")).click();
    assertThat(page.getByLabel("Token")).isVisible();
    assertThat(second.getByLabel("Token")).isVisible();
    assertEquals(List.of(), context.cookies());
  }

  @Test
  void aRevokedTokenEndsItsPage() {
    var created =
        farm.user()
            .createToken(
                new Tokens.Create(
                    Tokens.Kind.USER, "ann", Tokens.Role.VIEWER, List.of(), false, null, null));
    signIn(created.token(), "/");
    assertThat(page.getByText("Nothing is queued.")).isVisible();
    farm.user().revokeToken(created.id());
    assertThat(page.getByLabel("Token"))
        .isVisible(
            new com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions()
                .setTimeout(25_000));
  }

  @Test
  void theOverviewFollowsTheFarm() {
    signIn(ADMIN, "/");
    var node = farm.node("render-1", "Standard_HB120rs_v3", "1", true, 2);
    farm.submit("shot", "film", 10, 50, 3);
    var row = page.locator("table.jobs tr", new Page.LocatorOptions().setHasText("shot"));
    assertThat(row).containsText("0 / 10");
    node.leaseAll().forEach(lease -> node.succeed(lease, null));
    assertThat(row).containsText("2 / 10");
    assertThat(page.locator(".tile").nth(4)).containsText("%");
    assertThat(page.locator(".tile").nth(5)).containsText("set prices");
    farm.user().suspend(farm.user().jobs().jobs().getFirst().jobId());
    assertThat(row).containsText("suspended");
    row.getByRole(AriaRole.LINK).click();
    assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("shot")))
        .isVisible();
  }

  @Test
  void theGridIsUsedByKeyboardAndShowsPicturesAndLogs() {
    var node = farm.node("render-1", "", "", false, 2);
    String job = farm.submit("shot", "film", 30, 50, 3);
    node.lease(0, 1).forEach(lease -> node.succeed(lease, StagedFarm.picture(1)));
    Leasing.Lease running = node.lease(0, 1).getFirst();
    node.at(running, Heartbeat.Phase.RENDERING, 0.5, "Sample 8/16");
    node.log(running, 0, "Saving nothing yet\n");
    signIn(ADMIN, "/#/jobs/" + job);
    var grid = page.locator(".grid canvas");
    assertThat(grid).hasAttribute("aria-label", Pattern.compile("Render: 30 tasks.*"));
    page.keyboard().press("Tab");
    while (!(Boolean) grid.evaluate("canvas => canvas === document.activeElement")) {
      page.keyboard().press("Tab");
    }
    assertThat(page.locator("#said")).hasText(Pattern.compile("Frame 1001: done on render-1.*"));
    assertThat(page.locator(".hover img")).isVisible();
    page.keyboard().press("ArrowRight");
    assertThat(page.locator("#said")).hasText("Frame 1002: rendering 50 % on render-1");
    page.keyboard().press("Enter");
    var panel = page.locator(".panel");
    assertThat(panel).containsText("Frame 1002");
    assertThat(panel.locator(".log")).containsText("Saving nothing yet");
    node.log(running, 19, "Saved: 'frame.png'\n");
    assertThat(panel.locator(".log")).containsText("Saved: 'frame.png'");
    assertThat(panel.locator(".timeline li"))
        .hasAttribute("title", Pattern.compile(".*rendering .* so far"));
    node.succeed(running, StagedFarm.picture(2));
    assertThat(panel.locator(".badge")).hasText("done");
    assertThat(panel.locator(".pictures img")).isVisible();
    page.keyboard().press("Escape");
    assertThat(panel).isHidden();
  }

  @Test
  void aJobIsChangedByWhoMayAndByNobodyElse() {
    farm.node("render-1", "", "", false, 1);
    String job = farm.submit("shot", "film", 30, 50, 3);
    signIn(token("vera", Tokens.Role.VIEWER), "/#/jobs/" + job);
    assertThat(page.locator(".actions")).hasText("priority 50");
    page.getByRole(AriaRole.BUTTON, button("Sign out")).click();
    signIn(token("will", Tokens.Role.WRANGLER), "/#/jobs/" + job);
    page.getByRole(AriaRole.BUTTON, button("Suspend")).click();
    assertThat(page.locator(".badge.large")).hasText("suspended");
    page.getByRole(AriaRole.BUTTON, button("Resume")).click();
    page.getByLabel("Priority").fill("77");
    page.getByLabel("Priority").press("Enter");
    assertThat(page.getByRole(AriaRole.BUTTON, button("Suspend"))).isVisible();
    page.getByRole(AriaRole.BUTTON, button("Cancel job")).click();
    page.getByRole(AriaRole.BUTTON, button("Keep it")).click();
    assertEquals(Jobs.State.QUEUED, farm.user().job(job).state());
    page.getByRole(AriaRole.BUTTON, button("Cancel job")).click();
    page.getByRole(AriaRole.BUTTON, button("Cancel the job")).click();
    assertThat(page.locator(".badge.large")).hasText("canceled");
    assertEquals(77, farm.user().job(job).priority());
    page.getByRole(AriaRole.BUTTON, button("Retry 30 failed or canceled")).click();
    assertThat(page.locator(".badge.large")).hasText("running");
  }

  @Test
  void aMillionTasksAreAScreenful() {
    var node = farm.node("render-1", "", "", false, 1);
    String job = farm.submit("huge", "film", 1_000_000, 50, 1);
    node.lease(0, 3).forEach(lease -> node.succeed(lease, null));
    List<String> grids = new ArrayList<>();
    page.onRequest(
        request -> {
          if (request.url().contains("/grid?")) grids.add(request.url());
        });
    signIn(ADMIN, "/#/jobs/" + job);
    assertThat(page.locator(".minimap b")).hasCount(400);
    page.locator(".grid").evaluate("grid => grid.scrollTop = grid.scrollHeight");
    page.locator(".grid canvas").focus();
    page.keyboard().press("End");
    assertThat(page.locator("#said")).hasText("Frame 1001000: ready");
    assertTrue(grids.size() < 40, "asked " + grids.size() + " times");
    long cells = ((Number) page.evaluate("document.querySelectorAll('*').length")).longValue();
    assertTrue(cells < 3_000, cells + " elements");
    node.fail(node.lease(0, 1).getFirst(), "It exploded.");
    page.keyboard().press("n");
    assertThat(page.locator(".panel")).containsText("It exploded.");
    page.getByRole(AriaRole.TAB, button("Failures 1")).click();
    assertThat(page.getByRole(AriaRole.CELL, button("It exploded."))).isVisible();
  }

  @Test
  void nodesAreGroupedFilteredAndDrained() {
    farm.node("render-1", "Standard_HB120rs_v3", "1", true, 2).heartbeat();
    farm.node("gpu-1", "Standard_NV36ads_A10_v5", "2", false, 1);
    signIn(ADMIN, "/#/nodes");
    assertThat(page.locator("table.nodes tbody tr")).hasCount(2);
    page.getByLabel("Only nodes whose name contains").fill("gpu");
    assertThat(page.locator("table.nodes tbody tr")).hasCount(1);
    page.getByLabel("Only nodes whose name contains").fill("render");
    page.getByRole(AriaRole.LINK, button("render-1")).click();
    assertThat(page.locator(".topology .core").first()).isVisible();
    page.getByRole(AriaRole.BUTTON, button("Drain")).click();
    assertThat(page.locator(".badge.large")).hasText("draining");
    assertThat(page.getByRole(AriaRole.BUTTON, button("Give it work again"))).isVisible();
  }

  @Test
  void everyPageFitsAPhoneAndEveryControlHasAName() {
    var node = farm.node("render-with-a-rather-long-name-1", "Standard_HB120rs_v3", "1", true, 2);
    String job = farm.submit("sq010_sh0120_lighting_with_a_long_name_v003", "film", 300, 50, 1);
    node.leaseAll().forEach(lease -> node.succeed(lease, StagedFarm.picture(3)));
    page.setViewportSize(390, 844);
    signIn(ADMIN, "/");
    assertThat(page.locator("table.jobs tbody tr")).hasCount(1);
    for (String place :
        List.of(
            "/",
            "/#/jobs",
            "/#/jobs/" + job,
            "/#/jobs/" + job + "?task=" + job + "-0",
            "/#/nodes",
            "/#/nodes/" + node.id)) {
      page.navigate(server.url() + place);
      assertThat(page.locator(".live")).hasText("live");
      assertEquals(
          "",
          page.evaluate(
              """
              () => [...document.querySelectorAll("main *, #bar *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1
                && !e.closest(".scroll, .tabs, .unseen, svg")).map((e) => e.tagName + "." + e.className).join(" ")
              """),
          "reaches beyond the screen at " + place);
      assertEquals(
          "",
          page.evaluate(
              """
              () => [...document.querySelectorAll("button, input, select, a, canvas")].filter((e) =>
                !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length || e.title)).map((e) => e.outerHTML).join(" ")
              """),
          "has no name at " + place);
    }
  }
}
