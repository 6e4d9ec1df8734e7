package org.spanmatch.report.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page without its data: a resource that names other resources in braces, where they are put in.
 */
final class Template {
  private static final Pattern HOLE =
      Pattern.compile("/\\*\\{([a-z0-9.]+)}\\*/|\\{(title|csp|data)}");
  private static final Pattern SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);

  private final String page;
  private final Map<String, String> parts = new HashMap<>();

  /**
   * Reads it.
   *
   * @param name the name of its resource
   */
  Template(String name) {
    page = resource(name);
    HOLE.matcher(page)
        .results()
        .map(hole -> hole.group(1))
        .filter(Objects::nonNull)
        .forEach(part -> parts.put(part, resource(part)));
    // The page may run its own scripts and style itself; it may request nothing.
    String hashes =
        SCRIPT
            .matcher(page)
            .results()
            .map(script -> "'sha256-" + hash(filled(script.group(1))) + "'")
            .collect(Collectors.joining(" "));
    parts.put(
        "csp",
        "default-src 'none'; style-src 'unsafe-inline'; script-src " + hashes + "; img-src data:");
  }

  /** Writes the data. */
  @FunctionalInterface
  interface Data {
    void writeTo(OutputStream out) throws IOException;
  }

  private static String resource(String name) {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String filled(String script) {
    return HOLE.matcher(script)
        .replaceAll(hole -> Matcher.quoteReplacement(parts.get(hole.group(1))));
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /**
   * Writes the page.
   *
   * @param title its title
   */
  void write(String title, Data data, OutputStream out) throws IOException {
    Matcher hole = HOLE.matcher(page);
    int from = 0;
    while (hole.find()) {
      write(page.substring(from, hole.start()), out);
      String name = hole.group(hole.group(1) == null ? 2 : 1);
      if (name.equals("data")) {
        data.writeTo(out);
      } else {
        write(name.equals("title") ? escaped(title) : parts.get(name), out);
      }
      from = hole.end();
    }
    write(page.substring(from), out);
  }

  private static void write(String text, OutputStream out) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
