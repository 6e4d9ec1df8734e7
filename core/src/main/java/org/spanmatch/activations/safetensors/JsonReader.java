package org.spanmatch.activations.safetensors;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.activations.ActivationsException;

/**
 * Reads JSON (RFC 8259) from front to back, and refuses what is not: duplicate keys too, and values
 * more than 64 deep.
 */
final class JsonReader {
  private static final int MOST_DEPTH = 64;
  // As for the names of an archive. They get into messages.
  private static final int LONGEST_KEY = 65_535;
  private static final int HEX_DIGITS = 4;
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]{0,99})(?:\\.[0-9]{1,99})?(?:[eE][-+]?[0-9]{1,9})?");
  private static final String ESCAPES = "\"\\/bfnrt";
  private static final String ESCAPED = "\"\\/\b\f\n\r\t";

  private final String text;
  private int at;
  private int depth;

  JsonReader(String text) {
    this.text = text;
  }

  /** Reads an object; {@code member} takes each key and reads its value. */
  void object(Consumer<String> member) {
    Set<String> keys = new HashSet<>();
    sequence(
        '{',
        '}',
        () -> {
          String key = string(LONGEST_KEY);
          if (!keys.add(key)) {
            throw new ActivationsException("its JSON header has the key '" + key + "' twice");
          }
          expect(':');
          member.accept(key);
        });
  }

  /** Reads an array; {@code element} reads each value. */
  void array(Runnable element) {
    sequence('[', ']', element);
  }

  private void sequence(char open, char close, Runnable element) {
    expect(open);
    depth++;
    if (depth > MOST_DEPTH) {
      throw new ActivationsException("its JSON header is more than " + MOST_DEPTH + " values deep");
    }
    if (peek() == close) {
      at++;
    } else {
      element.run();
      while (peek() == ',') {
        at++;
        element.run();
      }
      expect(close);
    }
    depth--;
  }

  /**
   * Reads a string.
   *
   * @param longest the most characters that it may have
   */
  String string(int longest) {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return string.toString();
      }
      if (c < ' ') {
        at--;
        throw expected("no control character");
      }
      if (string.length() == longest) {
        throw expected("a string of at most " + longest + " characters");
      }
      string.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = next();
    if (c != 'u') {
      int escape = ESCAPES.indexOf(c);
      if (escape < 0) {
        at--;
        throw expected("an escaped character");
      }
      return ESCAPED.charAt(escape);
    }
    int code = 0;
    for (int i = 0; i < HEX_DIGITS; i++) {
      char digit = next();
      if (digit > 'f' || Character.digit(digit, 16) < 0) { // no digits of other scripts
        at--;
        throw expected("4 hexadecimal digits");
      }
      code = 16 * code + Character.digit(digit, 16);
    }
    return (char) code;
  }

  /** Reads an integer of at least 0. */
  long integer() {
    peek();
    int from = at;
    try {
      long value = Long.parseLong(number());
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // no integer, or too large
    }
    at = from;
    throw expected("an integer of 0 to 2^63 - 1");
  }

  private String number() {
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw expected("a value");
    }
    at = number.end();
    return number.group();
  }

  /** Reads any value and forgets it. */
  void skip() {
    switch (peek()) {
      case '{' -> object(key -> skip());
      case '[' -> array(this::skip);
      case '"' -> string(Integer.MAX_VALUE);
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    }
  }

  private void word(String word) {
    if (!text.startsWith(word, at)) {
      throw expected("a value");
    }
    at += word.length();
  }

  /** Checks that nothing follows. */
  void end() {
    peek();
    if (at < text.length()) {
      throw expected("the end");
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw expected("'" + c + "'");
    }
    at++;
  }

  /** Moves on to the next character that is no space, and returns it; 0 at the end. */
  private char peek() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private char next() {
    if (at == text.length()) {
      throw expected("more");
    }
    return text.charAt(at++);
  }

  private ActivationsException expected(String what) {
    return new ActivationsException(
        "its JSON header is damaged: expected "
            + what
            + " at character "
            + at
            + ", found "
            + found());
  }

  private String found() {
    if (at >= text.length()) {
      return "its end";
    }
    char c = text.charAt(at);
    return c > ' ' && c < 127 ? "'" + c + "'" : String.format(Locale.ROOT, "U+%04X", (int) c);
  }
}
