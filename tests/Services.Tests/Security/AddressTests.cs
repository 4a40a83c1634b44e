using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>Addresses are kept by logs, proxies and browsers: what tells of a person is posted.</summary>
public sealed partial class AddressTests(RunningBank bank) : IClassFixture<RunningBank>
{
    /// <summary>Texts in addresses that sound personal, but are names of things.</summary>
    static readonly string[] OfThings = ["/api/screening/lists name", "/operations/jobs/{Name} Name", "/openapi/{documentName}.json documentName", "/api-docs/{documentName?} documentName"];

    [Fact]
    public void Addresses_OfEveryEndpoint_TakeNothingPersonal()
    {
        var taken = bank.Endpoints.SelectMany(TextsIn).Distinct(StringComparer.Ordinal).ToList();
        // Of an endpoint's query, of a page's, and of a path.
        foreach (var seen in (string[])["/api/accounts/{id:guid}/statement format", "/operations/audit Subject", "/messages/address/{Which} Which"]) Assert.Contains(seen, taken);
        Assert.Empty(OfThings.Except(taken, StringComparer.Ordinal));
        Assert.Empty(taken.Where(IsPersonal).Except(OfThings, StringComparer.Ordinal).Select(text => $"{text} is in an address: take it in the body."));
    }

    [Theory]
    [InlineData("filename*=UTF-8''%E7%8E%8B%E4%B8%BD%E5%8D%8E.png", "王丽华.png")]
    [InlineData("filename=\"id card.png\"", "id card.png")]
    [InlineData(null, null)]
    public async Task Document_SentByTheApi_HasItsNameInAHeader(string? disposition, string? name)
    {
        using var customer = await bank.SignedIn(Roles.Customer);
        using var document = new ByteArrayContent(Samples.Png());
        document.Headers.ContentType = new("image/png");
        if (disposition is not null) document.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; " + disposition);
        using var answer = await customer.PostAsync("/api/documents?purpose=Identity", document);
        var said = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (name is null) Assert.Equal((HttpStatusCode.UnprocessableEntity, "file_name_invalid"), (answer.StatusCode, said.GetProperty("code").GetString()));
        else Assert.Equal((true, name), (answer.IsSuccessStatusCode, said.GetProperty("name").GetString()));
    }

    // The search proves nothing unless it finds what it looks for.
    [Theory]
    [InlineData("/api/accounts number")]
    [InlineData("/counter AccountNumber")]
    [InlineData("/api/parties/{name} name")]
    [InlineData("/api/parties phone")]
    [InlineData("/pay cardNo")]
    public void Texts_ThatArePersonal_AreFound(string text) => Assert.True(IsPersonal(text));

    static bool IsPersonal(string text) => Personal().IsMatch(text.Split(' ')[^1]);

    /// <summary>"address parameter" for each text that an endpoint takes from its path or query.</summary>
    static IEnumerable<string> TextsIn(RouteEndpoint endpoint)
    {
        var names = endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is { Type: var page }
            ? page.GetProperties().Where(p => p.PropertyType == typeof(string) && (p.IsDefined(typeof(ParameterAttribute)) || p.IsDefined(typeof(SupplyParameterFromQueryAttribute)))).Select(p => p.Name)
            : (endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? []).Where(p => p.ParameterType == typeof(string) && !p.GetCustomAttributes().Any(from => from is IFromHeaderMetadata or IFromFormMetadata)).Select(p => p.Name!);
        return names.Select(name => $"{endpoint.RoutePattern.RawText?.TrimEnd('/')} {name}");
    }

    [GeneratedRegex("number|name|phone|mobile|card|iban|e?mail|identifier|birth", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Personal();
}
