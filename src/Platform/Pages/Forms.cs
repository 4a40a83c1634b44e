using Microsoft.Extensions.Localization;

namespace Pujiang.Platform;

/// <summary>What is wrong with a posted form: at most one message for each field, in the order they were found.</summary>
public sealed class FormErrors
{
    readonly List<FormError> _errors = [];

    public IReadOnlyList<FormError> All => _errors;
    public bool Any => _errors.Count > 0;

    /// <summary>The message at this field, or null.</summary>
    public string? At(string field) => _errors.Find(e => e.Field == field)?.Message;

    /// <summary>Adds a message unless the field already has one: the first reason is the one to fix first.</summary>
    /// <param name="field">Name of the form field; "" for what no single field causes.</param>
    public void Add(string field, string message)
    {
        if (field.Length == 0 || At(field) is null) _errors.Add(new FormError(field, message));
    }

    /// <summary>Adds a refusal in the page's language: the text <c>refusal.{code}</c>, or its English reason when there is none.</summary>
    /// <param name="texts">The page's texts.</param>
    /// <param name="refusal">Its field becomes the form's field of the same name with a capital: "payeeName" is "PayeeName".</param>
    /// <param name="fields">Form field for each refusal field where their names differ more; "" for no field of the form.</param>
    public void Add(IStringLocalizer texts, Refusal refusal, params ReadOnlySpan<(string Refused, string Form)> fields)
    {
        var field = refusal.Field ?? "";
        var form = field.Length == 0 ? "" : char.ToUpperInvariant(field[0]) + field[1..];
        foreach (var (refused, name) in fields)
            if (refused == field) form = name;
        Add(form, Say(texts, refusal));
    }

    /// <summary>A refusal as a sentence in the page's language.</summary>
    public static string Say(IStringLocalizer texts, Refusal refusal)
    {
        var text = texts["refusal." + refusal.Code, [.. refusal.Args]];
        return text.ResourceNotFound ? refusal.Reason : text.Value;
    }
}

/// <summary>One line of the error summary.</summary>
public sealed record FormError(string Field, string Message)
{
    /// <summary>Id of the control that the summary links to.</summary>
    public string Target => FieldIds.Of(Field);
}

/// <summary>One choice of a select or a group of radio buttons. Chinese names in it are marked as such by themselves.</summary>
public sealed record Choice(string Value, string Label, string? Hint = null);

/// <summary>Ids of the parts of a field, made from its name.</summary>
static class FieldIds
{
    public static string Of(string field) => "f-" + field.Replace('.', '-').Replace('[', '-').Replace("]", "", StringComparison.Ordinal);
    public static string Hint(string field) => Of(field) + "-hint";
    public static string Error(string field) => Of(field) + "-error";

    /// <summary>Value of aria-describedby: what is on the page and belongs to the field, or null for neither.</summary>
    public static string? DescribedBy(string field, bool hint, bool error) => (hint, error) switch
    {
        (true, true) => $"{Hint(field)} {Error(field)}",
        (true, false) => Hint(field),
        (false, true) => Error(field),
        _ => null,
    };
}
