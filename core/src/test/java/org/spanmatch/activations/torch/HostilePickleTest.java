package org.spanmatch.activations.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.spanmatch.activations.ActivationsException;
import org.spanmatch.activations.torch.Contents.Entry;

/**
 * Pickles made to do harm: each is refused with one sentence, or read as the description it is, in
 * time and memory in proportion to its length.
 */
@Tag("once") // on one JDK: nothing here depends on which
class HostilePickleTest {
  // ActivationFile promises to keep at most 64 bytes for each of a file, of which the pickle is a
  // part. What is allocated counts here, which is at most as much again: arrays that grew by half,
  // and names and numbers until they are charged for.
  private static final int OPEN_FACTOR = 2 * 64;
  private static final long OPEN_BYTES = 1L << 20;

  private static List<Entry> read(byte[] pickle) throws PickleException {
    return Contents.of(Unpickler.read(pickle), pickle.length);
  }

  /** Reads a pickle within the promised memory, and within a time that no quadratic growth has. */
  private static List<Entry> readWithin(byte[] pickle) {
    return assertTimeoutPreemptively(Duration.ofSeconds(30), () -> readInMemory(pickle));
  }

  private static List<Entry> readInMemory(byte[] pickle) throws PickleException {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      return read(pickle);
    } finally {
      long used = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(
          used <= OPEN_FACTOR * (long) pickle.length + OPEN_BYTES,
          used + " bytes for " + pickle.length);
    }
  }

  private static void assertDamaged(byte[] pickle, String... parts) {
    assertMessage(assertThrows(PickleException.class, () -> readWithin(pickle)), parts);
  }

  private static void assertRefused(byte[] pickle, String... parts) {
    assertMessage(assertThrows(ActivationsException.class, () -> readWithin(pickle)), parts);
  }

  private static void assertMessage(Exception refused, String... parts) {
    String message = refused.getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    assertFalse(message.contains("\n"), message);
    assertTrue(message.length() < 600, message);
  }

  @Test
  void whatIsNoHarm() throws PickleException {
    List<Entry> entries =
        read(Pickle.begin().ops("}(").text("a").tensor().text("n").number(5).ops("u").end());
    assertEquals(List.of("a", "n"), entries.stream().map(Entry::name).toList());
    assertEquals(List.of(2L, 3L), entries.get(0).tensor().sizes().longs());
    assertEquals("it is a number, expected a tensor", entries.get(1).reason());
  }

  private static byte[] calling(String module, String name) {
    return Pickle.begin()
        .ops("}(")
        .text("fine")
        .tensor()
        .text("bad")
        .name(module, name)
        .text("touch here")
        .bytes(0x85)
        .ops("Ru")
        .end();
  }

  /** Nothing looks these up: they are named, and what lies beside them is read. */
  @ParameterizedTest
  @CsvSource({
    "os,system",
    "posix,system",
    "builtins,eval",
    "__builtin__,exec",
    "subprocess,Popen",
    "torch.hub,load",
    "torch._utils,_rebuild_device_tensor_from_numpy",
    "torch,load",
    "java.lang,Runtime",
    "org.spanmatch.activations.torch,Unpickler"
  })
  void functionsAreNamedAndNeverRun(String module, String function) throws PickleException {
    List<Entry> entries = read(calling(module, function));
    assertEquals(List.of("fine", "bad"), entries.stream().map(Entry::name).toList());
    String reason = entries.get(1).reason();
    assertTrue(reason.contains(module + "." + function), reason);
    assertTrue(reason.contains("never run"), reason);
  }

  private static Stream<Opcode> neverWritten() {
    return Stream.of(
        Opcode.POP,
        Opcode.POP_MARK,
        Opcode.DUP,
        Opcode.FLOAT,
        Opcode.INT,
        Opcode.LONG,
        Opcode.PERSID,
        Opcode.STRING,
        Opcode.BINSTRING,
        Opcode.SHORT_BINSTRING,
        Opcode.UNICODE,
        Opcode.DICT,
        Opcode.GET,
        Opcode.INST,
        Opcode.LIST,
        Opcode.OBJ,
        Opcode.PUT,
        Opcode.EXT1,
        Opcode.EXT2,
        Opcode.EXT4,
        Opcode.NEXT_BUFFER,
        Opcode.READONLY_BUFFER,
        Opcode.PROTO);
  }

  @ParameterizedTest
  @MethodSource("neverWritten")
  void otherOperationsAreNamed(Opcode opcode) {
    byte[] pickle = Pickle.begin().ops("}(").text("os").text("system").bytes(opcode.code()).end();
    assertDamaged(pickle, "torch.save doesn't write its operation " + opcode, "never run");
  }

  /** Every byte, after nothing, after some values, and after a mark. */
  @Test
  void everyByteEverywhere() {
    int refused =
        assertTimeoutPreemptively(Duration.ofSeconds(30), HostilePickleTest::refusedOfEveryByte);
    assertTrue(refused > 4000, refused + " refused");
  }

  private static int refusedOfEveryByte() {
    int refused = 0;
    for (int code = 0; code < 256; code++) {
      for (String before : List.of("", "(", "}", "}(NN", ")\u0085", "N(N", "}N]")) {
        for (String after : List.of("", ".", "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b.")) {
          byte[] pickle = Pickle.begin().ops(before).bytes(code).ops(after).unfinished();
          try {
            readInMemory(pickle);
          } catch (ActivationsException e) {
            refused++;
          } catch (Exception e) {
            assertEquals(PickleException.class, e.getClass(), e.toString());
            refused++;
          }
        }
      }
    }
    return refused;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 255})
  void otherProtocols(int protocol) {
    assertDamaged(new Pickle().bytes(0x80, protocol).ops("N").end(), "expected protocol 2 to 5");
  }

  @Test
  void noPickleAtAll() {
    assertDamaged(new byte[0], "0 are left");
    assertDamaged(new byte[] {'(', 'd', '.'}, "expected protocol 2 to 5, found 0");
    assertDamaged(new byte[] {(byte) 0xff, 2}, "the byte 0xff is no operation");
    assertDamaged(Pickle.begin().unfinished(), "0 are left");
    assertDamaged(Pickle.begin().ops(".").unfinished(), "STOP is out of place");
    assertDamaged(Pickle.begin().ops("NN").end(), "more than one value");
  }

  /** Lengths of up to 2⁶⁴ that the pickle doesn't have. */
  @Test
  void claimedLengths() {
    for (String claim :
        List.of(
            "X\u00ff\u00ff\u00ff\u00ff",
            "X\u00ff\u00ff\u00ff\u007f",
            "B\u00ff\u00ff\u00ff\u00ff",
            "C\u00ff",
            "\u008c\u00ff",
            "\u008a\u00ff",
            "\u008b\u00ff\u00ff\u00ff\u007f",
            "\u008b\u00ff\u00ff\u00ff\u00ff",
            "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff",
            "\u008d\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080",
            "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
            "\u0096\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0000",
            "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f")) {
      assertDamaged(Pickle.begin().ops(claim).end(), " claims ", " bytes, and 1 are left");
    }
  }

  @Test
  void numbersOfAnySize() throws PickleException {
    byte[] huge =
        Pickle.begin().ops("}").text("n").bytes(0x8a, 255).bytes(new int[255]).ops("s").end();
    assertEquals("it is a dict without tensors", read(huge).get(0).reason());
    for (long number : new long[] {0, -1, 255, -129, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE}) {
      byte[] key = Pickle.begin().ops("}").number(number).tensor().ops("s").end();
      assertEquals(Long.toString(number), read(key).get(0).name());
    }
    assertEquals(
        "0", read(Pickle.begin().ops("}").bytes(0x8a, 0).tensor().ops("s").end()).get(0).name());
    assertEquals(
        "-2",
        read(Pickle.begin().ops("}").bytes(0x8a, 1, 0xfe).tensor().ops("s").end()).get(0).name());
  }

  /** Tensors whose arguments are not torch's. */
  @Test
  void wrongArguments() {
    for (byte[] pickle :
        List.of(
            Pickle.begin().tensor("0", -1, new long[] {2}, 1).end(),
            Pickle.begin().tensor("0", 0, new long[] {-2}, 1).end(),
            Pickle.begin().tensor("0", 0, new long[] {2}, -1).end(),
            Pickle.begin().tensor("0", 0, new long[] {2, 3}, 1).end(),
            Pickle.begin().tensor("0", 0, new long[65], new long[65]).end(),
            Pickle.begin().name("torch._utils", "_rebuild_tensor_v2").ops(")R").end(),
            Pickle.begin().name("torch._utils", "_rebuild_tensor_v3").ops("(NNNNNNtR").end(),
            Pickle.begin().name("torch._utils", "_rebuild_parameter").ops("N\u0085R").end(),
            Pickle.begin().name("torch._utils", "_rebuild_parameter").ops(")R").end(),
            Pickle.begin().name("torch._tensor", "_rebuild_from_type_v2").ops(")R").end())) {
      assertDamaged(pickle, "in it are not those of torch");
    }
  }

  /** A function that gets itself to call, again and again. */
  @Test
  void callsThatRecur() {
    Pickle pickle = Pickle.begin().name("torch._tensor", "_rebuild_from_type_v2");
    for (int i = 0; i < 100_000; i++) {
      pickle.name("torch._tensor", "_rebuild_from_type_v2").name("torch", "Tensor");
    }
    assertDamaged(pickle.ops(")").ops("\u0087", 100_000).ops("R").end(), "not those of torch");
  }

  @Test
  void operationsOutOfPlace() {
    for (String operations :
        List.of(
            "t",
            "R",
            "NR",
            "b",
            "NNb",
            "s",
            "NNNs",
            "a",
            "NNa",
            "e",
            "]e",
            "u",
            "}(Nu",
            "Q",
            "NQ",
            "(Q",
            "N(\u0085",
            "\u0081",
            "NN\u0081",
            "NNN\u0092",
            "\u0093",
            "NN\u0093",
            "\u0094",
            "q\u0000",
            "h\u0000",
            "]\u0090",
            "\u0090",
            "\u0091",
            "]NR",
            "NN\u0092")) {
      assertDamaged(Pickle.begin().ops(operations).end());
    }
    assertDamaged(
        Pickle.begin().tensor().ops("}b").end(), "BUILD is out of place"); // changes a tensor
    assertDamaged(Pickle.begin().text("0").ops("Q").end(), "outside of it");
  }

  @Test
  void numbersOfKeptValues() {
    assertDamaged(
        Pickle.begin().ops("Nr\u00ff\u00ff\u00ff\u007f").end(), "under the number 2147483647");
    assertDamaged(
        Pickle.begin().ops("Nr\u00ff\u00ff\u00ff\u00ff").end(), "under the number 4294967295");
    assertDamaged(Pickle.begin().ops("Nj\u00ff\u00ff\u00ff\u00ff").end(), "doesn't have");
    assertDamaged(Pickle.begin().ops("Nq\u0002h\u0001").end(), "doesn't have"); // a gap
  }

  @Test
  void textThatIsNoText() {
    byte[] key = Pickle.begin().ops("}X\u0002\u0000\u0000\u0000\u00c3(").tensor().ops("s").end();
    assertDamaged(key, "not UTF-8");
    assertDamaged(Pickle.begin().name("o".repeat(155), "system").end(), "161 bytes", "at most 160");
    for (String part : List.of("a b", "a\u001b[31m", "a\n", "a\u007f", "\t")) {
      byte[] odd = Pickle.begin().ops("}").text("os").text(part).bytes(0x93).ops("Ns").end();
      assertDamaged(odd, "has characters that no name has");
    }
    assertDamaged(Pickle.begin().ops("cos\nsystem").unfinished(), "0 are left");
  }

  private static byte[] nested(String open, String close, int depth) {
    return Pickle.begin().ops(open, depth).tensor().ops(close, depth).end();
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 1_000_000})
  void nesting(int depth) throws PickleException {
    List<byte[]> pickles =
        List.of(
            nested("]", "a", depth),
            nested("", "\u0085", depth),
            nested("}K\u0001", "s", depth),
            nested("(", "t", depth));
    for (byte[] pickle : pickles) {
      if (depth == 100) {
        assertEquals(1, read(pickle).size());
      } else {
        assertRefused(pickle, "nested more than 100 deep");
      }
    }
  }

  @Test
  void containersThatHoldThemselves() {
    assertRefused(Pickle.begin().ops("]q\u0000h\u0000a").end(), "nested more than 100 deep");
    assertRefused(Pickle.begin().ops("}q\u0000K\u0001h\u0000s").end(), "nested more than 100 deep");
    assertRefused(
        Pickle.begin().ops("]q\u0000]q\u0001h\u0000aa").end(), "nested more than 100 deep");
  }

  /** Each list holds the one before it ten times: 10^90 names, or none. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void listsOfTheSameLists(boolean tensors) throws PickleException {
    Pickle pickle = Pickle.begin().ops("(");
    (tensors ? pickle.tensor() : pickle.ops("N")).ops("q\u0000");
    for (int i = 1; i <= 90; i++) {
      pickle.ops("](").ops("h" + (char) (i - 1), 10).ops("e").bytes('q', i);
    }
    byte[] all = pickle.ops("t").end();
    if (tensors) {
      assertRefused(all, "too many or too long", "again and again");
    } else {
      assertEquals("it is a tuple without tensors", read(all).get(0).reason());
    }
  }

  /** A list repeats one tensor, and nested dicts repeat one long key. */
  @Test
  void namesThatGrow() {
    assertRefused(
        Pickle.begin().ops("](").tensor().ops("q\u0000").ops("h\u0000", 50_000).ops("e").end(),
        "too many or too long");
    Pickle pickle = Pickle.begin().text("k".repeat(100_000)).ops("q\u0000");
    byte[] all = pickle.ops("}h\u0000", 90).tensor().ops("s", 90).bytes(0x86).end();
    assertRefused(all, "too many or too long");
  }

  /** The costliest operations for their length, one after the other. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "}",
        "]",
        ")",
        "(",
        "N",
        "K\u0001",
        "\u008f",
        "}\u0094",
        "\u008c\u0000",
        "\u008a\u0000",
        "ca\nb\n",
        "\u008c\u0000\u0094"
      })
  void manySmallValues(String operations) {
    byte[] some = Pickle.begin().ops("(").ops(operations, 2_000_000 / operations.length()).end();
    assertDamaged(some);
    byte[] listed =
        Pickle.begin()
            .ops("](")
            .ops(operations.replace("(", ")"), 1_000_000 / operations.length())
            .ops("e")
            .end();
    assertEquals(1, readWithin(listed).size());
    byte[] beside =
        Pickle.begin()
            .ops("](")
            .tensor()
            .ops(operations.replace("(", ")"), 1_000_000 / operations.length())
            .ops("e")
            .end();
    try {
      readWithin(beside);
    } catch (ActivationsException e) {
      assertMessage(e, "it"); // holds more than 100000 values, or its names are too many
    }
  }

  /** Names of classes from texts that are kept once. */
  @Test
  void namesFromKeptTexts() {
    String name = "n".repeat(80);
    byte[] pickle =
        Pickle.begin()
            .ops("](")
            .text(name)
            .ops("q\u0000")
            .ops("h\u0000h\u0000\u0093", 100_000)
            .ops("e")
            .end();
    assertEquals(1, readWithin(pickle).size());
    byte[] tensors =
        Pickle.begin()
            .name("torch._utils", "_rebuild_tensor_v2")
            .ops("q\u0000")
            .ops("(")
            .storage("0", 1)
            .number(0)
            .tuple(new long[64])
            .tuple(new long[64])
            .ops("NNtq\u0001")
            .ops("](")
            .ops("h\u0000h\u0001R", 200_000)
            .ops("e\u0087")
            .end();
    assertRefused(tensors, "more than 100000 values");
  }

  /** Attributes of many names that many objects share. */
  @Test
  void objectsThatShareTheirState() {
    Pickle pickle = Pickle.begin().ops("(}(");
    for (int i = 0; i < 100_000; i++) {
      pickle.number(i).ops("N");
    }
    pickle.ops("uq\u0000").name("a", "B").ops(")\u0081q\u0001");
    assertRefused(pickle.ops("h\u0001h\u0000b", 200_000).ops("t").end(), "more than 100000 values");
  }
}
