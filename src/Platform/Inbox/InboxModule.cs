using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of the inbox.</summary>
public static class InboxModule
{
    public static IServiceCollection AddInbox(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, InboxTables>();
        services.AddScoped<PartnerInbox>().AddScoped<InboxBook>();
        services.AddScoped<IInboxHandler, ConfirmDelivery>();
        services.AddSingleton<IForgetting, OldReceivedMessages>();
        return services;
    }

    public static void MapInbox(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/inbox").WithTags("Inbox");
        api.MapPost("", PartnerInbox.Post).RequiresSignature()
            .WithName("SendToInbox").WithSummary("A partner's message as a signed CloudEvent; a repeated one gets the first answer");
        api.MapGet("", async (InboxState? state, string? sender, string? kind, DateOnly? from, DateOnly? until, int? page, InboxBook book, CancellationToken cancel) =>
            TypedResults.Ok(await book.List(new(state, sender, kind, from, until), page ?? 1, cancel)))
            .Requires(Permission.SeeDeliveries).WithName("ListInbox").WithSummary("What partners sent, newest first, without the messages themselves");
    }
}
