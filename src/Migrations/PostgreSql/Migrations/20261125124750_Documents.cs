using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Documents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "documents");

            migrationBuilder.EnsureSchema(
                name: "signing");

            migrationBuilder.CreateTable(
                name: "document",
                schema: "documents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    purpose = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    format = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    address = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    sha256 = table.Column<byte[]>(type: "bytea", nullable: false),
                    length = table.Column<long>(type: "bigint", nullable: false),
                    pages = table.Column<int>(type: "integer", nullable: false),
                    received_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    received_from = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    scanned_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    threat = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    keep_until = table.Column<DateOnly>(type: "date", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_document", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "key",
                schema: "signing",
                columns: table => new
                {
                    key_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    owner = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    algorithm = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    public_key = table.Column<byte[]>(type: "bytea", maxLength: 65, nullable: false),
                    valid_from = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    valid_until = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_key", x => x.key_id);
                });

            migrationBuilder.CreateTable(
                name: "key_event",
                schema: "signing",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    key_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    actor = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    act = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    detail = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_key_event", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "used_nonce",
                schema: "signing",
                columns: table => new
                {
                    key_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    nonce = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    forget_after = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_used_nonce", x => new { x.key_id, x.nonce });
                });

            migrationBuilder.CreateIndex(
                name: "IX_document_address",
                schema: "documents",
                table: "document",
                column: "address");

            migrationBuilder.CreateIndex(
                name: "IX_document_owner_id_received_at",
                schema: "documents",
                table: "document",
                columns: new[] { "owner_id", "received_at" });

            migrationBuilder.CreateIndex(
                name: "IX_document_state_keep_until",
                schema: "documents",
                table: "document",
                columns: new[] { "state", "keep_until" });

            migrationBuilder.CreateIndex(
                name: "IX_key_owner_algorithm",
                schema: "signing",
                table: "key",
                columns: new[] { "owner", "algorithm" });

            migrationBuilder.CreateIndex(
                name: "IX_key_event_at",
                schema: "signing",
                table: "key_event",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "IX_used_nonce_forget_after",
                schema: "signing",
                table: "used_nonce",
                column: "forget_after");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "document",
                schema: "documents");

            migrationBuilder.DropTable(
                name: "key",
                schema: "signing");

            migrationBuilder.DropTable(
                name: "key_event",
                schema: "signing");

            migrationBuilder.DropTable(
                name: "used_nonce",
                schema: "signing");
        }
    }
}
