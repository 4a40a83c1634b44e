using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using Pujiang.Accounts;

namespace Pujiang.Cli;

/// <summary>Checks ISO 20022 messages and prints what is wrong with them. Needs no bank.</summary>
static class CheckCommand
{
    const int NotReadable = 2;

    public static Command Make()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Message files, folders (all .xml below them) or patterns such as 'in/**/*.xml'",
            Arity = ArgumentArity.OneOrMore,
        };
        var schemas = new Option<string?>("--schemas")
        {
            Description = "Folder of official schemas to check against too [default: $Iso20022__Schemas]",
            HelpName = "DIR",
        };
        var check = new Command("check", "Check messages and print the findings. Exit code 0: no errors, 1: errors, 2: a file can't be read")
        {
            files, schemas, Settings.Json,
        };
        check.SetAction(parsed => Run(
            parsed.GetRequiredValue(files), Settings.Schemas(parsed.GetValue(schemas)), parsed.GetValue(Settings.Json)));
        return new Command("iso20022", "ISO 20022 messages: pain, pacs, camt") { check };
    }

    static int Run(string[] named, string? schemas, bool json)
    {
        var reports = new List<(string File, CheckReport Report)>();
        var unreadable = 0;
        foreach (var path in named)
        {
            var files = FilesOf(path);
            if (files.Count == 0)
            {
                unreadable++;
                Say.Error($"There is no file {path}.");
            }
            foreach (var file in files)
                if (Check(file, schemas) is { } report) reports.Add((file, report));
                else unreadable++;
        }
        if (json) PrintJson(reports);
        else PrintText(reports);
        return unreadable > 0 ? NotReadable : reports.TrueForAll(r => r.Report.IsAccepted) ? 0 : 1;
    }

    static CheckReport? Check(string file, string? schemas)
    {
        try
        {
            using var stream = NamedFile.Open(file);
            return Iso20022Checker.Check(stream, new Iso20022Options { Schemas = schemas, CollectFacts = false });
        }
        catch (CommandFailed failed)
        {
            Say.Error(failed.Message);
        }
        catch (IOException failure)
        {
            Say.Error($"{file} can't be read: {failure.Message}");
        }
        return null;
    }

    static IReadOnlyList<string> FilesOf(string path)
    {
        if (File.Exists(path)) return [path];
        if (Directory.Exists(path)) return Match(path, "**/*.xml");
        if (!path.AsSpan().ContainsAny('*', '?')) return [];
        // The part before the first wildcard is the folder to look in.
        var parts = path.Split('/');
        var wild = Array.FindIndex(parts, part => part.AsSpan().ContainsAny('*', '?'));
        var folder = wild == 0 ? "." : string.Join('/', parts[..wild]) is { Length: > 0 } before ? before : "/";
        return Directory.Exists(folder) ? Match(folder, string.Join('/', parts[wild..])) : [];
    }

    static string[] Match(string folder, string pattern)
    {
        var found = new Matcher().AddInclude(pattern).Execute(new DirectoryInfoWrapper(new DirectoryInfo(folder)));
        return [.. found.Files.Select(file => folder == "." ? file.Path : Path.Combine(folder, file.Path)).Order(StringComparer.Ordinal)];
    }

    /// <summary>As compilers do it: place and what is wrong in one line, so that editors and grep find it; the path below.</summary>
    static void PrintText(List<(string File, CheckReport Report)> reports)
    {
        foreach (var (file, report) in reports)
            foreach (var finding in report.Findings)
            {
                var found = finding.Value.Length > 0 ? $"found '{finding.Value}', expected: " : "";
                Console.WriteLine(TextTable.Visible($"{file}:{finding.Line}: {finding.Severity.ToString().ToLowerInvariant()} {finding.Code}: {found}{finding.Expected}"));
                Console.WriteLine(TextTable.Visible($"    {finding.Path}"));
            }
        Console.Out.Flush();
        foreach (var (file, report) in reports)
            Say.Note($"{file}: {report.Type?.ToString() ?? "no known message"}, {Verdict(report)}");
    }

    static string Verdict(CheckReport report) => report switch
    {
        { FindingCount: 0 } => "no findings",
        { IsAccepted: true } => $"accepted, {report.FindingCount:N0} {(report.FindingCount == 1 ? "remark" : "remarks")}",
        _ when report.FindingCount > report.Findings.Count => $"refused, {report.FindingCount:N0} findings, of which the first {report.Findings.Count:N0} are listed",
        _ => $"refused, {report.FindingCount:N0} {(report.FindingCount == 1 ? "finding" : "findings")}",
    };

    static void PrintJson(List<(string File, CheckReport Report)> reports)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, JsonText.Readable))
        {
            json.WriteStartArray();
            foreach (var (file, report) in reports)
                foreach (var finding in report.Findings)
                {
                    json.WriteStartObject();
                    json.WriteString("file", file);
                    json.WriteString("severity", $"{finding.Severity}".ToLowerInvariant());
                    json.WriteString("code", finding.Code);
                    json.WriteNumber("line", finding.Line);
                    json.WriteString("path", finding.Path);
                    json.WriteString("value", finding.Value);
                    json.WriteString("expected", finding.Expected);
                    json.WriteEndObject();
                }
            json.WriteEndArray();
        }
        output.Write("\n"u8);
    }
}
