using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pujiang.Platform;

/// <summary>What the host needs of screening.</summary>
public static class ScreeningModule
{
    public static IServiceCollection AddScreening(this IServiceCollection services)
    {
        services.AddSingleton<ICityTables, ScreeningTables>();
        services.AddSingleton<ScreeningLists>();
        services.AddScoped<ListSwap>().AddScoped<ImportList>().AddScoped<ListVersions>();
        services.AddScoped<IApprovedAct, ImportList.Act>();
        services.AddScoped<NameScreening>().AddScoped<ReviewHits>().AddScoped<IApprovedAct, ReviewHits.Act>();
        services.AddScoped<IScreenedAgain, CustomersAgain>().AddSingleton<IForgetting, OldPreparedCases>();
        services.AddJob<ScreenAgain>(ScreenAgain.Name, Schedule.Every(TimeSpan.FromMinutes(1), atStart: true));
        services.AddJob<FollowUpScreening>("screening-follow-up", Schedule.Every(TimeSpan.FromMinutes(1), atStart: true));
        services.AddHttpClient(FetchLists.Client, client => client.Timeout = TimeSpan.FromMinutes(2));
        services.AddJob<FetchLists>("sanctions-lists", Schedule.Every(TimeSpan.FromHours(6), atStart: true));
        services.AddHostedService<WarmLists>();
        services.AddSingleton(new MenuItem("/screening", "menu.screening", 40, Roles.Compliance));
        services.AddSingleton(new HomePart(typeof(ScreeningHome), 40, Roles.Compliance));
        services.AddSingleton(new MenuItem("/screening/lists", "menu.screening-lists", 41, Roles.Compliance, Roles.Auditor));
        return services;
    }

    /// <summary>Maps screening below <c>/api/screening</c>.</summary>
    public static void MapScreening(this IEndpointRouteBuilder app) => ScreeningEndpoints.Map(app.MapGroup("/api/screening").WithTags("Screening"));
}
