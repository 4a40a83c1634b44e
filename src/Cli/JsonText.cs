using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pujiang.Cli;

static class JsonText
{
    /// <summary>Indented, with Chinese names as they are; the output goes to a terminal or program, never into a page.</summary>
    public static JsonWriterOptions Readable { get; } = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
