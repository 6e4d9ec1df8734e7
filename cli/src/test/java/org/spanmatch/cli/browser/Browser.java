package org.spanmatch.cli.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.spanmatch.cli.RealCommand;

/**
 * Chromium without a window for the tests of a class, which opens pages from files and keeps what
 * they log and request; what is left of that fails the test.
 */
final class Browser implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SCREENSHOTS = RealCommand.root().resolve("cli/target/screenshots");
  private static final long PATIENCE_MILLIS = 20_000;

  // A field, since the log manager holds loggers weakly and their level would be lost.
  private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

  private ChromeDriver driver;
  private String address = "";

  /** Starts the browser; the tests are skipped where none is installed. */
  @Override
  public void beforeAll(ExtensionContext context) {
    Optional<File> chromium = installed("chromium", "chromium-browser", "google-chrome");
    Optional<File> chromedriver = installed("chromedriver");
    boolean found = chromium.isPresent() && chromedriver.isPresent();
    String skipped = "skipped: chromium or chromedriver is missing, so no page is opened";
    if (!found) {
      System.err.println("The test of pages is " + skipped);
    }
    Assumptions.assumeTrue(found, skipped);
    DEVTOOLS.setLevel(Level.SEVERE); // it misses classes for this version, which are not used here
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get());
    // Containers have no room for a sandbox or in /dev/shm, and all pages are made here.
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu");
    options.addArguments("--force-device-scale-factor=1", "--lang=en");
    options.setCapability(
        "goog:loggingPrefs", Map.of(LogType.BROWSER, "ALL", LogType.PERFORMANCE, "ALL"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.get()) // else Selenium would download one
            .usingAnyFreePort()
            .build();
    driver = new ChromeDriver(service, options);
  }

  /** Looks for a program on the path, under each of these names in turn. */
  private static Optional<File> installed(String... names) {
    String[] folders = System.getenv("PATH").split(Pattern.quote(File.pathSeparator));
    return Stream.of(names)
        .flatMap(name -> Stream.of(folders).map(folder -> new File(folder, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Assertions.assertEquals(List.of(), console());
    Assertions.assertEquals(List.of(), requests());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (driver != null) {
      driver.quit();
    }
  }

  /** Opens a page from its file, with an empty log; the fragment is that of its address. */
  void open(Path page, String fragment) {
    driver.get("about:blank"); // or the same page would not be loaded again
    console();
    requests();
    address = page.toUri().toString();
    driver.get(address + fragment);
  }

  /** Returns what follows the {@code #} in the address of the page. */
  String fragment() {
    return (String) run("return location.hash");
  }

  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Waits until a script returns true. */
  void await(String script, Object... arguments) {
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    while (!Boolean.TRUE.equals(run(script, arguments))) {
      if (System.nanoTime() > end) {
        Assertions.fail("not so after " + PATIENCE_MILLIS + " ms: " + script + "\n" + console());
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Waits until everything that has happened is drawn. */
  void settle() {
    driver.executeAsyncScript(
        "const done = arguments[0];"
            + "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))");
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /** What the mouse and the keyboard do; nothing until {@code perform}. */
  Actions actions() {
    return new Actions(driver);
  }

  /** Shows the page as for a medium, {@code screen} or {@code print}, and a colour scheme. */
  void show(String medium, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            medium,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    settle();
  }

  /** Sets the size of the window in CSS pixels. */
  void resize(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    settle();
  }

  /** Returns what was written to the console since the last call, by the page or about it. */
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Returns what was requested since the last call, but for the page. */
  List<String> requests() {
    List<String> requested = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = json(entry.getMessage()).get("message");
      String method = message.get("method").textValue();
      String url =
          switch (method) {
            case "Network.requestWillBeSent" -> message.at("/params/request/url").textValue();
            case "Network.webSocketCreated" -> message.at("/params/url").textValue();
            default -> "data:";
          };
      if (!url.startsWith("data:") && !url.equals(address)) {
        requested.add(url);
      }
    }
    return requested;
  }

  /** Keeps a picture of the whole page among what the build leaves. */
  void screenshot(String name) throws IOException {
    Map<?, ?> size =
        (Map<?, ?>)
            driver.executeCdpCommand("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
    Map<String, Object> clip =
        Map.of(
            "x", 0, "y", 0, "scale", 1, "width", size.get("width"), "height", size.get("height"));
    Map<String, Object> picture =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "clip", clip));
    keep(name + ".png", picture);
  }

  /** Prints the page on A4 and keeps the document beside the screenshots. */
  byte[] print(String name) throws IOException {
    return keep(
        name + ".pdf",
        driver.executeCdpCommand(
            "Page.printToPDF",
            Map.of("paperWidth", 8.27, "paperHeight", 11.69, "preferCSSPageSize", true)));
  }

  private static byte[] keep(String name, Map<String, Object> answer) throws IOException {
    byte[] content = Base64.getDecoder().decode((String) answer.get("data"));
    Files.createDirectories(SCREENSHOTS);
    Files.write(SCREENSHOTS.resolve(name), content);
    return content;
  }

  /**
   * Returns what axe-core finds wrong with the page as it is shown, with the elements concerned.
   */
  List<String> accessibilityFaults() throws IOException {
    try (InputStream script = Browser.class.getResourceAsStream("/axe.min.js")) {
      run(new String(script.readAllBytes(), StandardCharsets.UTF_8));
    }
    String answer =
        (String)
            driver.executeAsyncScript(
                "const done = arguments[0];"
                    + "axe.run().then(found => done(JSON.stringify(found)), e => done('' + e))");
    List<String> faults = new ArrayList<>();
    for (JsonNode fault : json(answer).get("violations")) {
      faults.add(fault.get("id").textValue() + ": " + fault.findValuesAsText("html"));
    }
    return faults;
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
