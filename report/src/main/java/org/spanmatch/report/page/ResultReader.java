package org.spanmatch.report.page;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.spanmatch.report.results.NetworksResult;
import org.spanmatch.report.results.SimpleResult;
import org.spanmatch.report.results.TwoNetworksResult;

/**
 * Reads results, from files or from the records that would be written there, one layer at a time: a
 * result of many layers need not fit into memory.
 */
final class ResultReader {
  /** The name of the file in a folder with a result. */
  private static final String RESULT = "result.json";

  private static final String LAYERS = "layers";
  private static final String PAIRS = "pairs";
  private static final String NO_JSON = "what is no JSON";
  private static final String CUT_OFF = "Unexpected end-of-input"; // of the parser, between values
  private static final String DUPLICATE = "Duplicate "; // of the parser, before field 'name'
  private static final Pattern NOT_FINITE = Pattern.compile("Non-standard token '([^']*)'");
  private static final Set<String> OF_PAIR = Set.of("x", "y", "skipped");

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .addMixIn(TwoNetworksResult.class, WithoutLayers.class)
          .addMixIn(SimpleResult.class, WithoutLayers.class)
          .addMixIn(NetworksResult.class, WithoutLayers.class)
          .addMixIn(NetworksResult.Pair.class, WithoutLayers.class)
          .build();

  private final JsonParser parser;
  private final ResultBuilder result;

  private ResultReader(JsonParser parser, ResultBuilder result) {
    this.parser = parser;
    this.result = result;
  }

  /** Leaves out what is read layer by layer. */
  @JsonIgnoreProperties({LAYERS, PAIRS, "summary"})
  private interface WithoutLayers {}

  /**
   * Reads a file.
   *
   * @param path the file, or the folder that has it
   * @param numbers those of the neurons of results before
   * @throws PageException if it is no result
   */
  static PageResult read(Path path, NeuronNumbers.All numbers) {
    boolean isFolder = Files.isDirectory(path);
    Path file = isFolder ? path.resolve(RESULT) : path;
    try (InputStream in = Files.newInputStream(file)) {
      return read(file.toString(), in, numbers);
    } catch (NoSuchFileException e) {
      throw new PageException(
          isFolder
              ? path
                  + ": expected a folder with "
                  + RESULT
                  + ", as --out of match, spectrum, simple or measures writes it, or with"
                  + " machine.json and jmh.json of bench"
              : file + ": there is no such file",
          e);
    } catch (AccessDeniedException e) {
      throw new PageException(file + ": the file can't be read: permission denied", e);
    } catch (IOException e) {
      throw new PageException(file + ": the file can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads what a file holds.
   *
   * @param file names it in messages
   * @throws PageException if it is no result
   */
  static PageResult read(String file, InputStream in, NeuronNumbers.All numbers)
      throws IOException {
    try (JsonParser parser = MAPPER.createParser(in)) {
      ResultBuilder result = new ResultBuilder(file, numbers);
      new ResultReader(parser, result).read(file);
      return result.build();
    } catch (JacksonException e) {
      throw new PageException(
          file
              + ": expected a result of spanmatch in JSON, found "
              + problem(e)
              + place(e.getLocation()),
          e);
    } catch (CharConversionException e) { // of UTF-32, which the first bytes look like
      throw new PageException(
          file + ": expected a result of spanmatch in JSON, found " + NO_JSON, e);
    }
  }

  private static String place(JsonLocation location) {
    return location == null
        ? ""
        : " in line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** What is wrong; the parser's own words are for those who write programs with it. */
  private static String problem(JacksonException e) {
    String message = e.getOriginalMessage();
    Matcher notFinite = NOT_FINITE.matcher(message);
    if (notFinite.lookingAt()) {
      return notFinite.group(1) + ", which is no number of JSON,";
    }
    if (e instanceof StreamConstraintsException) {
      return "a number, name or nesting beyond the length or depth of any result";
    }
    if (e instanceof JsonEOFException || message.startsWith(CUT_OFF)) {
      return "a file that is cut off";
    }
    return message.startsWith(DUPLICATE)
        ? "the " + message.substring(DUPLICATE.length()) + " a second time"
        : NO_JSON;
  }

  private void read(String file) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new PageException(
          file
              + ": expected a result of spanmatch in JSON, found "
              + described(parser.currentToken()));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken begin = parser.nextToken();
      if (name.equals(LAYERS) && begin == JsonToken.START_ARRAY) {
        result.beginLayers();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          result.layer(tree());
        }
      } else if (name.equals(PAIRS) && begin == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          readPair();
        }
      } else if (ResultBuilder.FIELDS.contains(name)) {
        result.field(name, tree());
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new PageException(file + ": expected one result, found more after its end");
    }
  }

  private void readPair() throws IOException {
    List<PageLayer> layers = new ArrayList<>();
    ObjectNode fields = MAPPER.createObjectNode();
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      result.pair(tree(), layers);
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken begin = parser.nextToken();
      if (name.equals(LAYERS) && begin == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          result.layerOfPair(tree(), layers);
        }
      } else if (OF_PAIR.contains(name)) {
        fields.set(name, tree());
      } else {
        parser.skipChildren();
      }
    }
    result.pair(fields, layers);
  }

  private JsonNode tree() throws IOException {
    return MAPPER.readTree(parser);
  }

  private static String described(JsonToken token) {
    return token == null
        ? "an empty file"
        : token == JsonToken.START_ARRAY ? "a list" : "one value";
  }

  /** Reads a result that was not written yet. */
  static PageResult of(TwoNetworksResult<?> twoNetworks) {
    ResultBuilder result = begin(twoNetworks);
    result.beginLayers();
    for (Object layer : twoNetworks.layers()) {
      result.layer(MAPPER.valueToTree(layer));
    }
    return result.build();
  }

  /** Reads simple matches that were not written yet. */
  static PageResult of(SimpleResult simple) {
    ResultBuilder result = begin(simple);
    result.beginLayers();
    for (SimpleResult.Layer layer : simple.layers()) {
      result.layer(MAPPER.valueToTree(layer));
    }
    return result.build();
  }

  /** Reads a result of more than two networks that was not written yet. */
  static PageResult of(NetworksResult<?> networks) {
    ResultBuilder result = begin(networks);
    for (NetworksResult.Pair<?> pair : networks.pairs()) {
      List<PageLayer> layers = new ArrayList<>();
      for (Object layer : pair.layers()) {
        result.layerOfPair(MAPPER.valueToTree(layer), layers);
      }
      result.pair(MAPPER.valueToTree(pair), layers);
    }
    return result.build();
  }

  private static ResultBuilder begin(Object value) {
    ResultBuilder result = new ResultBuilder(RESULT, new NeuronNumbers.All());
    JsonNode head = MAPPER.valueToTree(value);
    ResultBuilder.FIELDS.forEach(
        name -> {
          if (head.has(name)) {
            result.field(name, head.get(name));
          }
        });
    return result;
  }
}
