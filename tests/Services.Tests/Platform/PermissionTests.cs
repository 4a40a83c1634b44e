using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Platform;
using Pujiang.Web;

namespace Pujiang.Services.Tests;

/// <summary>Every endpoint and page names who may use it, and each role gets exactly what the table says.</summary>
public sealed class PermissionTests : IAsyncLifetime
{
    readonly string _folder = TemporaryFolders.New("permissions");
    WebApplication _app = null!;

    public ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Pujiang.Web", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Pujiang:DataFolder"] = _folder;
        builder.Configuration["Pujiang:DemoMode"] = "true";
        builder.AddBank(Composition.OptionsOf(builder.Configuration));
        _app = builder.Build();
        _app.MapBank();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Come with the framework, for scripts of its own and for files of an unpublished build; they name nobody and are denied.</summary>
    static readonly string[] Unused = ["Blazor Opaque Redirection", "Fallback {**path:file}"];

    List<RouteEndpoint> Endpoints() =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    [Fact]
    public void Endpoints_All_NameAPermissionOrAreOpenForAReason()
    {
        var endpoints = Endpoints();
        Assert.Contains(endpoints, e => e.RoutePattern.RawText == "/api/transfers");
        Assert.Contains(endpoints, e => e.RoutePattern.RawText == "/transfer");
        Assert.Empty(endpoints.Where(e => Rule(e) is null && !Unused.Contains(e.DisplayName, StringComparer.Ordinal)).Select(e => $"{e.DisplayName} names nobody who may use it."));
        Assert.Empty(endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null && e.Metadata.GetMetadata<PublicAttribute>() is null).Select(e => $"{e.DisplayName} is open without a reason."));
    }

    [Fact]
    public async Task Endpoints_ForEachRole_OpenExactlyAsTheTableSays()
    {
        var policies = _app.Services.GetRequiredService<IAuthorizationPolicyProvider>();
        var authorization = _app.Services.GetRequiredService<IAuthorizationService>();
        foreach (var endpoint in Endpoints().Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null && !Unused.Contains(e.DisplayName, StringComparer.Ordinal)))
        {
            var permission = endpoint.Metadata.GetRequiredMetadata<RequiresAttribute>().Permission;
            var policy = await AuthorizationPolicy.CombineAsync(
                policies, endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>(), endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>());
            // What a real request is asked: the data above, with the requirements the attribute brings.
            policy = AuthorizationPolicy.Combine(policy!, new AuthorizationPolicyBuilder().AddRequirements(
                [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())]).Build());
            foreach (var role in Roles.All)
            {
                // A program has all scopes here: that each is needed is tested with the programs.
                var scopes = role == Roles.Program ? ProgramScopes.OfPrograms : [];
                var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role), .. scopes.Select(scope => new Claim(ProgramScopes.Claim, scope))], "test"));
                Assert.True(
                    PermissionTable.Of(permission).Roles.Contains(role) == (await authorization.AuthorizeAsync(user, policy)).Succeeded,
                    $"{role} at {endpoint.DisplayName} ({permission})");
            }
            Assert.False((await authorization.AuthorizeAsync(new ClaimsPrincipal(new ClaimsIdentity()), policy)).Succeeded, endpoint.DisplayName);
        }
    }

    [Fact]
    public void Table_HasEachPermissionOnce_WithKnownRoles()
    {
        Assert.Equal(Enum.GetValues<Permission>().Order(), PermissionTable.Lines.Select(line => line.Permission).Order());
        Assert.All(PermissionTable.Lines, line => Assert.All(line.Roles, role => Assert.Contains(role, Roles.All)));
    }

    [Theory]
    [InlineData("Kestrel:Certificates:Default:Path", "bank.pfx")]
    [InlineData("Kestrel:Endpoints:Https:Certificate:Path", "bank.pem")]
    [InlineData("Kestrel:Certificates:Default:Subject", "bank.example")]
    public void DemoMode_WithACertificate_IsRefusedAtTheStart(string setting, string value)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Pujiang.Web", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration[setting] = value;
        var refused = Assert.Throws<StartRefusedException>(() => builder.AddBank(new PlatformOptions { DataFolder = _folder, DemoMode = true }));
        Assert.Contains("Pujiang:DemoMode", refused.Message, StringComparison.Ordinal);
    }

    static object? Rule(RouteEndpoint endpoint) =>
        (object?)endpoint.Metadata.GetMetadata<RequiresAttribute>() ?? endpoint.Metadata.GetMetadata<PublicAttribute>();
}
