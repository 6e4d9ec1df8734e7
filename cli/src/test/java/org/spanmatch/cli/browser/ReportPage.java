package org.spanmatch.cli.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** A report in the browser, by the parts that a reader uses. */
final class ReportPage {
  private static final ObjectMapper JSON = new ObjectMapper();

  // Beyond the 150 ms after which the page writes its address.
  private static final String ADDRESS = "return location.hash === arguments[0]";

  private final Browser browser;

  /** A row of the table of numbers; a value that the cell lacks is NaN. */
  record Row(
      int comparison, String x, String y, double similarity, double coverage, double chance) {}

  private ReportPage(Browser browser) {
    this.browser = browser;
  }

  /** Opens the report in a folder of results, at a fragment of its address. */
  static ReportPage open(Browser browser, Path results, String fragment) {
    browser.open(results.resolve("report.html"), fragment);
    browser.await("return document.documentElement.dataset.ready !== undefined");
    browser.settle();
    return new ReportPage(browser);
  }

  double epsilon() {
    return Double.parseDouble(value("#exact"));
  }

  /** Returns where the slider stands. */
  String slider() {
    return value("#epsilon");
  }

  private String value(String selector) {
    return (String) browser.run("return document.querySelector(arguments[0]).value", selector);
  }

  /** Types an ε into the field for it. */
  void type(String epsilon) {
    browser.find("#exact").sendKeys(Keys.chord(Keys.CONTROL, "a"), epsilon, Keys.ENTER);
    browser.settle();
  }

  /** Presses keys on the slider. */
  void press(CharSequence... keys) {
    browser.find("#epsilon").sendKeys(keys);
    browser.settle();
  }

  /** Drags the slider's thumb by a part of its length. */
  void drag(double share) {
    WebElement slider = browser.find("#epsilon");
    int width = slider.getSize().width;
    // The thumb's middle moves from half its width, 8 px, to as much before the other end.
    int thumb = (int) Math.round((Double.parseDouble(slider()) - 0.5) * (width - 16));
    browser
        .actions()
        .moveToElement(slider, thumb, 0)
        .clickAndHold()
        .moveByOffset((int) Math.round(share * (width - 16)), 0)
        .release()
        .perform();
    browser.settle();
  }

  void awaitFragment(String fragment) {
    browser.await(ADDRESS, fragment);
  }

  /** Returns the rows of the table of numbers, those that are hidden too. */
  List<Row> numbers() throws IOException {
    String rows =
        (String)
            browser.run(
                """
                const value = (row, name) => row.querySelector('td.' + name)?.dataset.value ?? null;
                return JSON.stringify([...document.querySelectorAll('#numbers tbody tr')].map(row =>
                  [row.dataset.comparison, row.dataset.x, row.dataset.y,
                   ...['similarity', 'coverage', 'chance'].map(name => value(row, name))]))
                """);
    List<Row> numbers = new ArrayList<>();
    for (JsonNode row : JSON.readTree(rows)) {
      double[] values = new double[3];
      for (int i = 0; i < 3; i++) {
        values[i] = row.get(3 + i).isNull() ? Double.NaN : row.get(3 + i).asDouble();
      }
      numbers.add(
          new Row(
              row.get(0).asInt(),
              row.get(1).textValue(),
              row.get(2).textValue(),
              values[0],
              values[1],
              values[2]));
    }
    return numbers;
  }

  /** The mark of a layer in a figure, {@code curve} or {@code map}; layers count from 0. */
  WebElement layer(String figure, int layer) {
    return browser.find("#" + figure + " .layer[data-layer='" + layer + "']");
  }

  /** Moves the mouse onto something. */
  void point(WebElement mark) {
    browser.actions().moveToElement(mark).perform();
    browser.settle();
  }

  void click(WebElement mark) {
    browser.actions().moveToElement(mark).click().perform();
    browser.settle();
  }

  /** Presses a key where the focus is. */
  void key(Keys key) {
    browser.actions().sendKeys(key).perform();
    browser.settle();
  }

  String details() {
    return browser.find("#details").getText();
  }

  /**
   * Returns the texts of figures, which axe-core passes over, whose contrast is below 4.5: with the
   * cell that a value of the map stands in, or else with the background of the page.
   */
  List<?> paleTexts() {
    return (List<?>)
        browser.run(
            """
        const luminance = colour => {
          const [r, g, b] = colour.match(/[\\d.]+/g).map(c => c / 255)
            .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const style = node => getComputedStyle(node);
        const clear = node => ['transparent', 'rgba(0, 0, 0, 0)'].includes(style(node).backgroundColor);
        const cells = [...document.querySelectorAll('.cell')];
        const behind = text => {
          if (text.closest('.values')) return style(cells[[...text.parentNode.children].indexOf(text)]).fill;
          let node = text.closest('figure, section, aside, div');
          while (clear(node)) node = node.parentElement;
          return style(node).backgroundColor;
        };
        return [...document.querySelectorAll('svg text')].filter(text => text.textContent).map(text => {
          const [dark, light] = [luminance(style(text).fill), luminance(behind(text))].sort((a, b) => a - b);
          return `${text.textContent}: ${((light + 0.05) / (dark + 0.05)).toFixed(2)}`;
        }).filter(text => Number(text.split(': ').pop()) < 4.5);
        """);
  }

  /** Returns milliseconds: until the page was ready, or for the last drawing at another ε. */
  double milliseconds(String what) {
    return Double.parseDouble(
        (String) browser.run("return document.documentElement.dataset[arguments[0]]", what));
  }
}
