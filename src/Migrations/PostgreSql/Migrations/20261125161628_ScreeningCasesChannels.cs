using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class ScreeningCasesChannels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "was_held",
                schema: "accounts",
                table: "transfer",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "was_held",
                schema: "accounts",
                table: "payment_line",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "address_change",
                schema: "notifications",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    channel = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    address = table.Column<byte[]>(type: "bytea", nullable: false),
                    code_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    asked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    tries = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_address_change", x => new { x.owner_id, x.channel });
                });

            migrationBuilder.CreateTable(
                name: "case",
                schema: "screening",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    occasion = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    facts = table.Column<byte[]>(type: "bytea", nullable: false),
                    lists = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    holds = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    grade = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    score = table.Column<int>(type: "integer", nullable: false),
                    opened_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    decided_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    settled_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    approval = table.Column<Guid>(type: "uuid", nullable: true),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_case", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "cleared_pair",
                schema: "screening",
                columns: table => new
                {
                    person_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    list = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    entry = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    entry_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    case_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decided_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_cleared_pair", x => new { x.person_hash, x.list, x.entry });
                });

            migrationBuilder.CreateTable(
                name: "delivery",
                schema: "notifications",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    channel = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    address_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    is_urgent = table.Column<bool>(type: "boolean", nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_delivery", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "refused_address",
                schema: "notifications",
                columns: table => new
                {
                    address_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    channel = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_refused_address", x => x.address_hash);
                });

            migrationBuilder.CreateTable(
                name: "screened_up_to",
                schema: "screening",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    generation = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_screened_up_to", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "settings",
                schema: "notifications",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    language = table.Column<string>(type: "character varying(8)", maxLength: 8, nullable: false),
                    email = table.Column<byte[]>(type: "bytea", nullable: false),
                    phone = table.Column<byte[]>(type: "bytea", nullable: false),
                    has_quiet_hours = table.Column<bool>(type: "boolean", nullable: false),
                    quiet_from = table.Column<TimeOnly>(type: "time without time zone", nullable: false),
                    quiet_until = table.Column<TimeOnly>(type: "time without time zone", nullable: false),
                    wants_digest = table.Column<bool>(type: "boolean", nullable: false),
                    payments = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    receipts = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    tasks = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_settings", x => x.owner_id);
                });

            migrationBuilder.CreateTable(
                name: "hit",
                schema: "screening",
                columns: table => new
                {
                    case_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    role = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    person = table.Column<byte[]>(type: "bytea", nullable: false),
                    person_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    party = table.Column<Guid>(type: "uuid", nullable: true),
                    list = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    entry = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    entry_hash = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    grade = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    score = table.Column<int>(type: "integer", nullable: false),
                    found = table.Column<byte[]>(type: "bytea", nullable: false),
                    decision = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    decided_by = table.Column<string>(type: "character varying(96)", maxLength: 96, nullable: false),
                    decided_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    reason = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_hit", x => new { x.case_id, x.number });
                    table.ForeignKey(
                        name: "FK_hit_case_case_id",
                        column: x => x.case_id,
                        principalSchema: "screening",
                        principalTable: "case",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_case_state_opened_at",
                schema: "screening",
                table: "case",
                columns: new[] { "state", "opened_at" });

            migrationBuilder.CreateIndex(
                name: "IX_case_subject",
                schema: "screening",
                table: "case",
                column: "subject");

            migrationBuilder.CreateIndex(
                name: "IX_delivery_address_hash_at",
                schema: "notifications",
                table: "delivery",
                columns: new[] { "address_hash", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_delivery_at",
                schema: "notifications",
                table: "delivery",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_delivery_owner_id_at",
                schema: "notifications",
                table: "delivery",
                columns: new[] { "owner_id", "at" });

            migrationBuilder.CreateIndex(
                name: "IX_hit_person_hash_decision",
                schema: "screening",
                table: "hit",
                columns: new[] { "person_hash", "decision" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "address_change",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "cleared_pair",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "delivery",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "hit",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "refused_address",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "screened_up_to",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "settings",
                schema: "notifications");

            migrationBuilder.DropTable(
                name: "case",
                schema: "screening");

            migrationBuilder.DropColumn(
                name: "was_held",
                schema: "accounts",
                table: "transfer");

            migrationBuilder.DropColumn(
                name: "was_held",
                schema: "accounts",
                table: "payment_line");
        }
    }
}
