using System.Globalization;
using System.Text.Json;
using Pujiang.Accounts;

namespace Pujiang.Services.Tests;

/// <summary>Compares the manifest's facts, whatever they are, with ours: a fact we do not know is a difference.</summary>
static class FactsComparison
{
    public static IEnumerable<string> Compare(JsonElement stated, MessageFacts found)
    {
        var ours = JsonSerializer.SerializeToElement(Shape(found));
        return Differences("", stated, ours).Concat(Surplus("", stated, ours));
    }

    /// <summary>Our facts in the words of the manifest. It leaves out what a message has none of.</summary>
    static Dictionary<string, object?> Shape(MessageFacts facts)
    {
        var shape = new Dictionary<string, object?> { ["documents"] = facts.Documents.Select(Shape) };
        if (facts.Header is { } header)
            shape["bah"] = new
            {
                ns = header.Namespace,
                bizMsgIdr = header.BusinessMessageId,
                msgDefIdr = header.MessageDefinition,
                bizSvc = header.BusinessService,
                creDt = header.Created,
            };
        return shape;
    }

    static Dictionary<string, object?> Shape(DocumentFacts document)
    {
        var shape = new Dictionary<string, object?>
        {
            ["ns"] = document.Namespace,
            ["rootElement"] = document.RootElement,
            ["hdr.MsgId"] = document.MessageId,
            ["hdr.CreDtTm"] = document.Created,
            ["hdr.NbOfTxs"] = document.NumberOfTransactions,
            ["hdr.CtrlSum"] = document.ControlSum,
            ["sttlmMtd"] = document.SettlementMethod,
            ["txCount"] = document.TransactionCount,
            ["returnCount"] = document.ReturnCount,
            ["txStatusCount"] = document.StatusCount,
            ["sums"] = Text(document.Sums),
            ["endToEndIds"] = document.EndToEndIds,
            ["uetrs"] = document.Uetrs,
            ["reasonCodes"] = document.ReasonCodes,
            ["grpSts"] = document.GroupStatuses,
            ["txSts"] = document.TransactionStatuses,
            ["statements"] = document.Statements.Select(Shape).ToList(),
        };
        return shape.Where(pair => pair.Value is not (null or System.Collections.ICollection { Count: 0 }))
            .ToDictionary(StringComparer.Ordinal);
    }

    static Dictionary<string, object?> Shape(StatementFacts statement)
    {
        var shape = new Dictionary<string, object?>
        {
            ["id"] = statement.Id,
            ["iban"] = statement.Iban,
            ["other"] = statement.Other,
            ["ccy"] = statement.Currency,
            ["balances"] = statement.Balances.Select(b => new[] { b.Type, b.Currency, b.Amount, b.Side }),
            ["entries"] = statement.Entries,
            ["entrySums"] = Text(statement.EntrySums),
            ["txDetails"] = statement.TransactionDetails,
        };
        if (statement.RollForward is { } f)
            shape["rollForward"] = new { opening = Text(f.Opening), net = Text(f.Net), closing = Text(f.Closing), holds = f.Holds };
        return shape;
    }

    static Dictionary<string, string> Text(SortedDictionary<string, decimal> sums) =>
        sums.ToDictionary(pair => pair.Key, pair => Text(pair.Value), StringComparer.Ordinal);

    static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    static IEnumerable<string> Differences(string path, JsonElement stated, JsonElement ours) => stated.ValueKind switch
    {
        JsonValueKind.Object => stated.EnumerateObject().SelectMany(p => ours.ValueKind == JsonValueKind.Object && ours.TryGetProperty(p.Name, out var own)
            ? Differences($"{path}/{p.Name}", p.Value, own) : [$"{path}/{p.Name} is missing, should be {p.Value}"]),
        JsonValueKind.Array => ours.ValueKind != JsonValueKind.Array || stated.GetArrayLength() != ours.GetArrayLength()
            ? [$"{path} is {ours}, should be {stated}"]
            : stated.EnumerateArray().Zip(ours.EnumerateArray()).SelectMany((pair, i) => Differences($"{path}[{i}]", pair.First, pair.Second)),
        _ => Same(stated.ToString(), ours.ToString(), path) ? [] : [$"{path} is '{ours}', should be '{stated}'"],
    };

    /// <summary>What we state and the manifest does not.</summary>
    static IEnumerable<string> Surplus(string path, JsonElement stated, JsonElement ours)
    {
        if (stated.ValueKind == JsonValueKind.Object && ours.ValueKind == JsonValueKind.Object)
            return ours.EnumerateObject().SelectMany(p => stated.TryGetProperty(p.Name, out var there)
                ? Surplus($"{path}/{p.Name}", there, p.Value) : [$"{path}/{p.Name} = {p.Value} is not in the manifest"]);
        return stated.ValueKind == JsonValueKind.Array && ours.ValueKind == JsonValueKind.Array
            ? stated.EnumerateArray().Zip(ours.EnumerateArray()).SelectMany((pair, i) => Surplus($"{path}[{i}]", pair.First, pair.Second)) : [];
    }

    /// <summary>Sums are equal as numbers: 60.00 and 60 are one sum. Ids and texts are equal as text.</summary>
    static bool Same(string stated, string ours, string path) => stated == ours
        || ((path.Contains("/sums/", StringComparison.Ordinal) || path.Contains("/entrySums/", StringComparison.Ordinal) || path.Contains("/rollForward/", StringComparison.Ordinal))
            && decimal.TryParse(stated, CultureInfo.InvariantCulture, out var left)
            && decimal.TryParse(ours, CultureInfo.InvariantCulture, out var right) && left == right);
}
