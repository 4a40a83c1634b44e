using Microsoft.AspNetCore.Http;

namespace Pujiang.Accounts;

/// <summary>A file that leaves the bank: written whole, checked, and only then sent.</summary>
/// <remarks>A statement that does not add up throws at its end, and a message may fail its schema: nothing may have left by then.</remarks>
static class OutgoingFile
{
    /// <summary>An ISO 20022 message; with official schemas at hand it is validated against them first.</summary>
    public static IResult Message(Iso20022Settings settings, Func<Stream, Task> write, string? name = null) =>
        Send(async file =>
        {
            await write(file);
            Check(file, settings);
        }, "application/xml", name);

    /// <summary>Any other file.</summary>
    public static IResult Send(Func<Stream, Task> write, string contentType, string? name) =>
        Results.Stream(async output =>
        {
            await using var file = new FileStream(
                Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose);
            await write(file);
            file.Position = 0;
            await file.CopyToAsync(output);
        }, contentType, name);

    /// <exception cref="InvalidOperationException">The message is not valid against its official schema: a bug of ours.</exception>
    public static void Check(Stream message, Iso20022Settings settings)
    {
        if (settings.Schemas is null) return;
        message.Position = 0;
        var report = Iso20022Checker.Check(message, new Iso20022Options { Schemas = settings.Schemas, CollectFacts = false });
        if (report.Findings.FirstOrDefault(f => f.Severity == Severity.Error) is { } finding)
            throw new InvalidOperationException($"A message of ours is not valid: {PaymentFindings.TextOf(finding)}");
    }
}
